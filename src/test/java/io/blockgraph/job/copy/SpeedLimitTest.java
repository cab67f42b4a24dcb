package io.blockgraph.job.copy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpeedLimitTest {
  private static final long SECOND = 1_000_000_000;
  private static final long NOW = 7 * SECOND;

  private final SpeedLimit limit = new SpeedLimit(1_000);

  @Test
  void onlyOneOfManyBeginsAtOnce() {
    assertThat(limit.begin(1_000, NOW)).isZero();
    assertThat(limit.begin(1_000, NOW)).isEqualTo(SECOND);
    limit.end(1_000, 1_000);
    assertThat(limit.begin(1_000, NOW + SECOND / 2)).isEqualTo(SECOND / 2);
    assertThat(limit.begin(1_000, NOW + SECOND)).isZero();
  }

  @Test
  void whatWasBegunAndNotCopiedDoesNotCount() {
    limit.begin(1_000, NOW);
    limit.end(1_000, 0);
    assertThat(limit.begin(1_000, NOW)).isZero();
    limit.end(1_000, 250);
    assertThat(limit.begin(1_000, NOW)).isEqualTo(SECOND / 4);
  }

  @Test
  void whatWasCopiedBesidesCountsToo() {
    limit.begin(1_000, NOW);
    limit.end(1_000, 3_000);
    assertThat(limit.begin(1_000, NOW)).isEqualTo(3 * SECOND);
  }

  @Test
  void aPauseSavesUpATenthOfASecond() {
    limit.begin(1_000, NOW);
    limit.end(1_000, 1_000);
    assertThat(limit.begin(200, NOW + 60 * SECOND)).isZero();
    assertThat(limit.begin(200, NOW + 60 * SECOND)).isEqualTo(SECOND / 10);
  }

  @Test
  void anotherLimitForgivesTheDebtAlsoOfWhatIsUnderWay() {
    limit.begin(10_000, NOW);
    limit.set(500);
    limit.end(10_000, 10_000);
    assertThat(limit.begin(500, NOW)).isZero();
    assertThat(limit.begin(500, NOW)).isEqualTo(SECOND);
    limit.set(0);
    assertThat(limit.begin(1L << 40, NOW)).isZero();
    assertThat(limit.begin(1L << 40, NOW)).isZero();
  }
}
