package io.blockgraph.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RangeLocksTest {
  private static final ByteRange FIRST = new ByteRange(0, 10);
  private static final ByteRange TOUCHING = new ByteRange(10, 10);
  private static final ByteRange OVERLAPPING = new ByteRange(9, 10);

  private final RangeLocks locks = new RangeLocks(50);

  @Test
  void rangesThatOnlyTouchDoNotWait() {
    try (RangeLocks.Held first = locks.exclude(FIRST);
        RangeLocks.Held second = locks.exclude(TOUCHING)) {
      assertThat(first).isNotSameAs(second);
    }
  }

  @Test
  void sharersDoNotWaitForEachOther() {
    try (RangeLocks.Held first = locks.share(FIRST);
        RangeLocks.Held second = locks.share(OVERLAPPING)) {
      assertThat(first).isNotSameAs(second);
    }
  }

  @Test
  void givesUpAfterTheDeadlineAndLeavesNothingBehind() {
    try (RangeLocks.Held held = locks.exclude(FIRST)) {
      assertThatThrownBy(() -> locks.share(OVERLAPPING))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("offset 9, length 10");
    }
    locks.exclude(OVERLAPPING).close();
  }

  @Test
  void whoCameFirstIsServedFirst() throws Exception {
    RangeLocks patient = new RangeLocks(10_000);
    RangeLocks.Held reader = patient.share(FIRST);
    CountDownLatch written = new CountDownLatch(1);
    Thread writer = Thread.ofPlatform().start(() -> holdUntil(patient, written));
    while (writer.getState() != Thread.State.TIMED_WAITING) {
      Thread.sleep(1);
    }
    Thread late = Thread.ofPlatform().start(() -> patient.share(FIRST).close());
    late.join(50);
    assertThat(late.isAlive()).isTrue();
    reader.close();
    written.countDown();
    late.join(10_000);
    assertThat(late.isAlive()).isFalse();
  }

  private static void holdUntil(RangeLocks locks, CountDownLatch end) {
    try (RangeLocks.Held held = locks.exclude(FIRST)) {
      assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @SuppressWarnings("Interruption") // the interrupt is what is tested
  void anInterruptEndsNoWaitAndIsKept() throws Exception {
    RangeLocks patient = new RangeLocks(10_000);
    RangeLocks.Held held = patient.exclude(FIRST);
    boolean[] interrupted = new boolean[1];
    Thread waiting =
        Thread.ofPlatform()
            .start(
                () -> {
                  patient.exclude(FIRST).close();
                  interrupted[0] = Thread.interrupted();
                });
    waiting.interrupt();
    waiting.join(50);
    assertThat(waiting.isAlive()).isTrue();
    held.close();
    waiting.join(10_000);
    assertThat(interrupted[0]).isTrue();
  }

  @Test
  void nobodyIsEverWithinARangeThatSomebodyHasAlone() throws Exception {
    long seed = Seeds.first();
    System.out.println("RangeLocksTest: -Dseed=" + seed);
    RangeLocks patient = new RangeLocks(10_000);
    AtomicIntegerArray owners = new AtomicIntegerArray(64);
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      for (Future<?> done :
          IntStream.range(0, 6)
              .mapToObj(i -> threads.submit(() -> hammer(patient, owners, new Random(seed + i))))
              .toList()) {
        done.get(60, TimeUnit.SECONDS);
      }
    }
  }

  private static void hammer(RangeLocks locks, AtomicIntegerArray owners, Random random) {
    for (int i = 0; i < 2000; i++) {
      int start = random.nextInt(60);
      ByteRange range = new ByteRange(start, 1 + random.nextInt(64 - start));
      try (RangeLocks.Held held = locks.exclude(range)) {
        for (int at = start; at < range.end(); at++) {
          assertThat(owners.getAndIncrement(at)).isZero();
        }
        for (int at = start; at < range.end(); at++) {
          owners.getAndDecrement(at);
        }
      }
    }
  }
}
