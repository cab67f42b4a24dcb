package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// When chunks take long.
class StepPaceTest {
  private final StepPace pace = new StepPace();

  private void took(int times, long micros) {
    for (int i = 0; i < times; i++) {
      pace.took(micros * 1000);
    }
  }

  @Test
  void chunksBetweenFilesInMemoryDoNot() {
    took(1000, 300);
    assertThat(pace.isLong()).isFalse();
  }

  @Test
  void oneThatTakesLongAmongOthersIsNoReason() {
    took(100, 300);
    took(1, 10_000);
    assertThat(pace.isLong()).isFalse();
  }

  @Test
  void chunksThatWaitForADiskDo() {
    took(100, 300);
    took(3, 10_000);
    assertThat(pace.isLong()).isTrue();
    took(20, 300);
    assertThat(pace.isLong()).isFalse();
  }
}
