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

  /// Threads that ask again and again until a moment.
  private static final class Crowd {
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong passed = new AtomicLong();

    Crowd(int size, ThrottleGroup group, Member member, Direction direction, long untilNanos) {
      for (int i = 0; i < size; i++) {
        threads.add(
            Thread.startVirtualThread(
                () -> {
                  while (System.nanoTime() < untilNanos) {
                    group.admit(member, direction, 1);
                    passed.incrementAndGet();
                  }
                }));
      }
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
    ThrottleGroup group = new ThrottleGroup(REAL, limits(Map.of("iopsTotal", 500L)));
    long until = System.nanoTime() + 1_000_000_000L;
    Crowd many = new Crowd(16, group, busy, Direction.READ, until);
    Crowd one = new Crowd(1, group, modest, Direction.READ, until);
    long share = one.passed();
    // One of 17 in one line would get 29; what a busy machine costs comes off the half.
    assertThat(share).isGreaterThan(100);
    assertThat(many.passed()).isLessThan(4 * share);
  }

  @Test
  void readsAndWritesTakeTurnsWhereTheyShareALimit() throws Exception {
    ThrottleGroup group = new ThrottleGroup(REAL, limits(Map.of("iopsTotal", 500L)));
    long until = System.nanoTime() + 1_000_000_000L;
    Crowd reads = new Crowd(8, group, busy, Direction.READ, until);
    Crowd writes = new Crowd(8, group, busy, Direction.WRITE, until);
    long share = writes.passed();
    assertThat(share).isGreaterThan(100);
    assertThat(reads.passed()).isBetween(share / 4, 4 * share);
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
    assertThat((System.nanoTime() - begin) / 1e6).isLessThan(2_000);
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
