package io.blockgraph.job.copy;

/// How fast a counter grows, averaged so that what was seconds ago counts ever less. One thread
/// ticks, any thread reads.
public final class RateMeter {
  private static final double HALF_LIFE_NANOS = 2e9;

  private long lastCount;
  private long lastNanos = Long.MIN_VALUE;
  private volatile double perSecond;

  /// The counter stands at `count` now. Ticks closer than 100 ms to the last are ignored.
  public void tick(long count, long nowNanos) {
    if (lastNanos == Long.MIN_VALUE) {
      lastCount = count;
      lastNanos = nowNanos;
      return;
    }
    long passed = nowNanos - lastNanos;
    if (passed < 100_000_000) {
      return;
    }
    double now = (count - lastCount) * 1e9 / passed;
    double old = Math.pow(0.5, passed / HALF_LIFE_NANOS);
    perSecond = perSecond == 0 ? now : perSecond * old + now * (1 - old);
    lastCount = count;
    lastNanos = nowNanos;
  }

  /// How much it grows in a second.
  public long perSecond() {
    return Math.round(perSecond);
  }
}
