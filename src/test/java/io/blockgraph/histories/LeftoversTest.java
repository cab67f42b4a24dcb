package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeftoversTest {
  @TempDir Path directory;
  private final CountDownLatch end = new CountDownLatch(1);

  @AfterEach
  void end() {
    end.countDown();
  }

  private void runs(String thread) {
    Thread.ofPlatform().daemon().name(thread).start(() -> awaited(end));
  }

  private static void awaited(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String mark(long seed) {
    return History.Script.whole(seed).mark();
  }

  @Test
  void aThreadOfAHistoryIsFound() {
    runs("client-w" + mark(7) + "-1-0");
    assertThat(Leftovers.of(directory, mark(7)))
        .isEqualTo(List.of("thread client-w" + mark(7) + "-1-0"));
  }

  /// Neither those of other histories, whatever their number, nor those of other tests.
  @Test
  void aThreadOfSomebodyElseIsNot() {
    runs("client-w" + mark(0x2111) + "-11-0");
    runs("pool-1-thread-1");
    assertThat(Leftovers.of(directory, mark(1))).isEmpty();
  }
}
