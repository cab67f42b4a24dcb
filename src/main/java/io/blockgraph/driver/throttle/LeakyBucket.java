package io.blockgraph.driver.throttle;

/// A bucket that leaks at a rate: what is poured in must wait until everything poured before has
/// leaked out but for the bucket's capacity. Thus requests pass in the order they came, in bursts
/// up to the capacity, and never faster than the rate in the long run.
///
/// Not thread-safe; [ThrottleGroup] guards it. Times are nanoseconds of one monotonic clock.
final class LeakyBucket {
  private static final double NANOS_PER_SECOND = 1e9;

  private Rate rate = Rate.UNLIMITED;
  private double poured;
  private double leaked;
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
  double pour(double units, long nowNanos) {
    leak(nowNanos);
    double place = poured;
    poured += units;
    return place;
  }

  /// How long the request at `place` still has to wait; 0 when it may pass.
  long waitNanos(double place, long nowNanos) {
    leak(nowNanos);
    double tooMuch = place - leaked - rate.capacity();
    if (!rate.isLimited() || tooMuch <= 0) {
      return 0;
    }
    return Math.max(1, (long) Math.ceil(tooMuch / rate.perSecond() * NANOS_PER_SECOND));
  }

  private void leak(long nowNanos) {
    double seconds = (nowNanos - lastNanos) / NANOS_PER_SECOND;
    lastNanos = nowNanos;
    leaked = rate.isLimited() ? Math.min(poured, leaked + seconds * rate.perSecond()) : poured;
    if (leaked >= poured) {
      // Empty: starting again from nothing keeps the sums small enough to be exact.
      poured -= leaked;
      leaked = 0;
    }
  }
}
