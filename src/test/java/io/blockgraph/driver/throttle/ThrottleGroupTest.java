package io.blockgraph.driver.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.throttle.Limits.Direction;
import io.blockgraph.driver.throttle.ThrottleGroup.Member;
import io.blockgraph.graph.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// Limits that several nodes share.
class ThrottleGroupTest {
  private static final Opening.Ticker REAL =
      new Opening.Ticker() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void sleep(long nanos) {
          LockSupport.parkNanos(nanos);
        }
      };

  private final Member busy = new Member();
  private final Member modest = new Member();

  private static Limits limits(Map<String, Object> options) {
    return Limits.of(new Options(options));
  }

  /// A group of 500 requests in a second, on a clock of its own: it goes on only while all who ask
  /// wait, so that nobody loses his turn because the machine is busy. Who was let pass on the way
  /// to sleep is not woken by the clock: after some looks he sees to his request again.
  private static final class Turnstile implements Opening.Ticker {
    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger asking = new AtomicInteger();
    private final ThrottleGroup group = new ThrottleGroup(this, limits(Map.of("iopsTotal", 500L)));

    @Override
    public long nanos() {
      return now.get();
    }

    @Override
    public void sleep(long nanos) {
      long begun = now.get();
      for (int looks = 0; looks < 100 && isBusy() && now.get() == begun; looks++) {
        LockSupport.parkNanos(50_000);
      }
      if (!isBusy()) {
        boolean unused = now.compareAndSet(begun, begun + nanos);
      }
    }

    private boolean isBusy() {
      return group.waiting() < asking.get();
    }
  }

  /// Threads that ask again and again for a second.
  private static final class Crowd {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong passed = new AtomicLong();

    Crowd(int size, Turnstile at, Member member, Direction direction) {
      at.asking.addAndGet(size);
      for (int i = 0; i < size; i++) {
        threads.add(Thread.ofVirtual().unstarted(() -> ask(at, member, direction)));
      }
    }

    private void ask(Turnstile at, Member member, Direction direction) {
      while (at.nanos() < 1_000_000_000L) {
        at.group.admit(member, direction, 1);
        passed.incrementAndGet();
      }
      at.asking.decrementAndGet();
    }

    Crowd start() {
      threads.forEach(Thread::start);
      return this;
    }

    long passed() throws InterruptedException {
      for (Thread thread : threads) {
        thread.join();
      }
      return passed.get();
    }
  }

  @Test
  void membersTakeTurnsHoweverManyRequestsEachHas() throws Exception {
    Turnstile at = new Turnstile();
    Crowd many = new Crowd(16, at, busy, Direction.READ);
    Crowd one = new Crowd(1, at, modest, Direction.READ).start();
    long all = many.start().passed() + one.passed();
    // One of 17 in one line would get 29. The first tenth of a second's worth is nobody's turn.
    assertThat(one.passed()).isBetween(all / 2 - 60, all / 2 + 60).isGreaterThan(200);
  }

  @Test
  void readsAndWritesTakeTurnsWhereTheyShareALimit() throws Exception {
    Turnstile at = new Turnstile();
    Crowd reads = new Crowd(8, at, busy, Direction.READ);
    Crowd writes = new Crowd(8, at, busy, Direction.WRITE).start();
    long all = reads.start().passed() + writes.passed();
    assertThat(writes.passed()).isBetween(all / 2 - 60, all / 2 + 60).isGreaterThan(200);
  }

  @Test
  void allMembersTogetherPassAtTheRate() {
    ManualTicker ticker = new ManualTicker();
    ThrottleGroup group = new ThrottleGroup(ticker, limits(Map.of("iopsTotal", 100L)));
    long begin = ticker.nanos();
    for (int i = 0; i < 505; i++) {
      group.admit(busy, Direction.READ, 1);
      group.admit(modest, Direction.WRITE, 1);
    }
    // The first eleven are within a tenth of a second's worth.
    assertThat((ticker.nanos() - begin) / 1e9).isCloseTo(9.99, within(0.02));
  }

  @Test
  void newLimitsHoldForThoseWhoWaitInEveryLine() throws Exception {
    ThrottleGroup group = new ThrottleGroup(REAL, limits(Map.of("bpsTotal", 1L)));
    group.admit(busy, Direction.WRITE, 1_000_000);
    List<Thread> waiting = new ArrayList<>();
    for (Member member : List.of(busy, modest, busy, modest)) {
      waiting.add(Thread.startVirtualThread(() -> group.admit(member, Direction.READ, 512)));
      waiting.add(Thread.startVirtualThread(() -> group.admit(member, Direction.WRITE, 512)));
    }
    while (group.waiting() < 8) {
      LockSupport.parkNanos(1_000_000);
    }
    long begin = System.nanoTime();
    group.use(limits(Map.of()));
    for (Thread thread : waiting) {
      thread.join();
    }
    assertThat((System.nanoTime() - begin) / 1e6).isLessThan(20_000);
    assertThat(group.waiting()).isZero();
  }

  @Test
  void aWriteThatHasToWaitHoldsUpNoRead() throws Exception {
    ThrottleGroup group = new ThrottleGroup(REAL, limits(Map.of("bpsWrite", 1L)));
    group.admit(busy, Direction.WRITE, 100);
    Thread writer = Thread.startVirtualThread(() -> group.admit(busy, Direction.WRITE, 1));
    while (group.waiting() < 1) {
      LockSupport.parkNanos(1_000_000);
    }
    group.admit(busy, Direction.READ, 100_000);
    assertThat(group.waiting()).isEqualTo(1);
    group.use(limits(Map.of()));
    writer.join();
  }
}
