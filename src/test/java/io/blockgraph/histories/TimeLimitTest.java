package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class TimeLimitTest {
  @Test
  void tellsWhereEveryThreadIsWhenTheTimeIsOver() {
    CountDownLatch end = new CountDownLatch(1);
    TimeLimit limit = new TimeLimit(Duration.ofMillis(50));
    assertThatThrownBy(() -> limit.run("the work", () -> awaited(end)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("the work has not ended after PT0.05S")
        .hasMessageContaining("TimeLimitTest.awaited");
    end.countDown();
  }

  @Test
  void throwsWhatTheWorkThrows() {
    TimeLimit limit = new TimeLimit(Duration.ofMinutes(1));
    assertThatThrownBy(
            () ->
                limit.run(
                    "the work",
                    () -> {
                      throw new AssertionError("wrong");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessage("wrong");
  }

  private static void awaited(CountDownLatch end) {
    try {
      end.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
