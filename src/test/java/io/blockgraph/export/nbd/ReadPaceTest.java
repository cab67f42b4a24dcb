package io.blockgraph.export.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// When reads are taken to wait.
class ReadPaceTest {
  private static final long FAST = 3_000;
  private static final long SLOW = 100_000;

  private final ReadPace pace = new ReadPace();

  private void took(int times, long nanos) {
    for (int i = 0; i < times; i++) {
      pace.took(nanos);
    }
  }

  @Test
  void readsInMemoryDoNotWait() {
    took(1_000, FAST);
    assertThat(pace.waits()).isFalse();
  }

  @Test
  void aThreadThatLosesItsProcessorNowAndThenIsNoDisk() {
    for (int i = 0; i < 100; i++) {
      took(1, SLOW);
      took(10, FAST);
    }
    assertThat(pace.waits()).isFalse();
  }

  @Test
  void twoSlowReadsInARowAreADisk() {
    took(2, SLOW);
    assertThat(pace.waits()).isTrue();
  }

  @Test
  void aDiskThatIsHalfInMemoryStaysADisk() {
    took(2, SLOW);
    for (int i = 0; i < 100; i++) {
      took(1, FAST);
      took(1, SLOW);
      assertThat(pace.waits()).isTrue();
    }
  }

  @Test
  void onceEverythingIsInMemoryItIsNoDiskAnyMore() {
    took(100, SLOW);
    took(31, FAST);
    assertThat(pace.waits()).isTrue();
    took(1, FAST);
    assertThat(pace.waits()).isFalse();
  }
}
