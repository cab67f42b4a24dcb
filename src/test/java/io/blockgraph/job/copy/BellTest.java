package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BellTest {
  private static final long LONG_MS = 20_000;
  private static final int OVER = -1;

  private final Bell bell = new Bell();

  @Test
  void doesNotWaitWhenThereIsSomethingToDo() {
    long begun = System.nanoTime();
    bell.await(() -> false, LONG_MS);
    assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(10));
  }

  @Test
  void waitsNoLongerThanItIsTold() {
    long begun = System.nanoTime();
    bell.await(() -> true, 50);
    assertThat(System.nanoTime() - begun).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(50));
  }

  /// Each side gives the other something to do 20,000 times, or as often as a busy machine has time
  /// for; one ring that is lost takes 20 s.
  @Test
  void losesNoRing() throws InterruptedException {
    AtomicInteger turn = new AtomicInteger();
    AtomicLong longest = new AtomicLong();
    Bell other = new Bell();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    BooleanSupplier enough = () -> turn.get() >= 40_000 || System.nanoTime() > end;
    Thread partner =
        Thread.ofPlatform().start(() -> new Side(turn, longest, other, bell).play(1, () -> false));
    new Side(turn, longest, bell, other).play(0, enough);
    partner.join();
    assertThat(turn).hasValue(OVER);
    assertThat(longest).hasValueLessThan(TimeUnit.MILLISECONDS.toNanos(LONG_MS / 2));
  }

  /// One side: waits for its turn, and gives the other his.
  private record Side(AtomicInteger turn, AtomicLong longest, Bell my, Bell theirs) {
    void play(int first, BooleanSupplier enough) {
      for (int next = first; awaited(next); next += 2) {
        turn.set(enough.getAsBoolean() ? OVER : next + 1);
        theirs.ring();
      }
    }

    /// Whether there is such a turn.
    private boolean awaited(int mine) {
      while (turn.get() != mine && turn.get() != OVER) {
        long begun = System.nanoTime();
        my.await(() -> turn.get() != mine && turn.get() != OVER, LONG_MS);
        longest.accumulateAndGet(System.nanoTime() - begun, Math::max);
      }
      return turn.get() == mine;
    }
  }
}
