package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BellTest {
  private static final long LONG_MS = 20_000;

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

  /// Each side gives the other something to do 20,000 times; one ring that is lost takes 20 s.
  @Test
  void losesNoRing() throws InterruptedException {
    AtomicInteger turn = new AtomicInteger();
    Bell other = new Bell();
    int turns = 40_000;
    Thread partner = Thread.ofPlatform().start(() -> play(turn, 1, turns, other, bell));
    play(turn, 0, turns, bell, other);
    partner.join();
    assertThat(turn).hasValue(turns);
  }

  private static void play(AtomicInteger turn, int mine, int turns, Bell my, Bell theirs) {
    for (int next = mine; next < turns; next += 2) {
      while (turn.get() != next) {
        int expected = next;
        my.await(() -> turn.get() != expected, LONG_MS);
      }
      turn.incrementAndGet();
      theirs.ring();
    }
  }
}
