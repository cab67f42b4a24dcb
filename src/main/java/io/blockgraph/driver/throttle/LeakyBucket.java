package io.blockgraph.driver.throttle;

/// A bucket that leaks at a rate: what is poured in must wait until everything poured before has
/// leaked out but for the bucket's capacity. Thus requests pass in the order they came, in bursts
/// up to the capacity, and never faster than the rate in the long run.
///
/// Not thread-safe; [ThrottleGroup] guards it. Times are nanoseconds of one monotonic clock.
final class LeakyBucket {
  private static final double NANOS_PER_SECOND = 1e9;

  private Rate rate = Rate.UNLIMITED;
  private long poured;
  private long leaked;
  private double leakedFraction;
  private long lastNanos;

  LeakyBucket(long nowNanos) {
    this.lastNanos = nowNanos;
  }

  /// From now on this rate, also for who is waiting.
  void use(Rate next, long nowNanos) {
    leak(nowNanos);
    rate = next;
  }

  /// Takes a place behind everything poured before.
  ///
  /// @return the place, for [#waitNanos]
  long pour(long units, long nowNanos) {
    leak(nowNanos);
    long place = poured;
    poured += units;
    return place;
  }

  /// How long a request that came now would have to wait; 0 when it might pass.
  long waitNanos(long nowNanos) {
    return waitNanos(poured, nowNanos);
  }

  /// How long the request at `place` still has to wait; 0 when it may pass.
  long waitNanos(long place, long nowNanos) {
    leak(nowNanos);
    double tooMuch = place - leaked - leakedFraction - rate.capacity();
    if (!rate.isLimited() || tooMuch <= 0) {
      return 0;
    }
    return Math.max(1, (long) Math.ceil(tooMuch / rate.perSecond() * NANOS_PER_SECOND));
  }

  /// Whole units are counted exactly: a sum of fractions would stand still once it is so large that
  /// what leaks between two questions is less than its last digit.
  private void leak(long nowNanos) {
    double seconds = (nowNanos - lastNanos) / NANOS_PER_SECOND;
    lastNanos = nowNanos;
    double more = leakedFraction + seconds * rate.perSecond();
    if (!rate.isLimited() || more >= poured - leaked) {
      leaked = poured;
      leakedFraction = 0;
    } else {
      leaked += (long) more;
      leakedFraction = more - (long) more;
    }
  }
}
