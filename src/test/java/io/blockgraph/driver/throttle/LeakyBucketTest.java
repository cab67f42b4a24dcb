package io.blockgraph.driver.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeakyBucketTest {
  private static final long SECOND = 1_000_000_000L;

  @Test
  void whoWaitedWhileTheBucketRanEmptyMayPass() {
    LeakyBucket bucket = bucket(new Rate(10, 0, 1));
    long first = bucket.pour(100, 0);
    long second = bucket.pour(1, 0);
    assertThat(bucket.waitNanos(first, 0)).isZero();
    assertThat(bucket.waitNanos(second, 0)).isEqualTo((long) (9.9 * SECOND));
    assertThat(bucket.waitNanos(bucket.pour(1, 60 * SECOND), 60 * SECOND)).isZero();
    assertThat(bucket.waitNanos(second, 60 * SECOND)).isZero();
  }

  @Test
  void leaksAlsoWhenAskedAllTheTimeAfterAnExabyte() {
    LeakyBucket bucket = bucket(new Rate(1000, 0, 1));
    bucket.use(Rate.UNLIMITED, 0);
    long flood = bucket.pour(1L << 60, 0);
    assertThat(bucket.waitNanos(flood, 0)).isZero();
    bucket.use(new Rate(1000, 0, 1), 0);
    assertThat(bucket.pour(600, 0)).isEqualTo(1L << 60);
    long place = bucket.pour(1, 0);
    for (long now = 0; now < SECOND / 2; now += 10_000) {
      assertThat(bucket.waitNanos(place, now)).isGreaterThan(0);
    }
    assertThat(bucket.waitNanos(place, SECOND / 2 + 10_000)).isZero();
  }

  @Test
  void anUnlimitedBucketHoldsNobodyBack() {
    LeakyBucket bucket = bucket(Rate.UNLIMITED);
    assertThat(bucket.pour(Long.MAX_VALUE / 2, 0)).isZero();
    assertThat(bucket.waitNanos(bucket.pour(1, 0), 0)).isZero();
  }

  private static LeakyBucket bucket(Rate rate) {
    LeakyBucket bucket = new LeakyBucket(0);
    bucket.use(rate, 0);
    return bucket;
  }
}
