package io.blockgraph.driver.throttle;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.throttle.Limits.Direction;
import io.blockgraph.driver.throttle.Limits.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Everybody who shares one set of limits: now the requests of one node, and made so that nodes can
/// share one.
///
/// Requests pass in the order they came. A request sleeps without any lock, at most [#SLICE_NANOS]
/// at a time, so that new limits hold at once also for who is waiting, and gives up with TIMEOUT
/// after [#PATIENCE_NANOS].
final class ThrottleGroup {
  /// The longest single sleep.
  static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /// The longest a request waits in all.
  static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  private final Opening.Ticker ticker;
  private final Object guard = new Object();
  private final List<Meter> meters = new ArrayList<>();
  private Limits limits;

  ThrottleGroup(Opening.Ticker ticker, Limits limits) {
    this.ticker = ticker;
    this.limits = limits;
    long now = ticker.nanos();
    for (Measure measure : Measure.values()) {
      meters.add(new Meter(measure, new LeakyBucket(now), new LeakyBucket(now)));
    }
    use(limits);
  }

  /// From now on these limits.
  void use(Limits next) {
    synchronized (guard) {
      limits = next;
      long now = ticker.nanos();
      for (Meter meter : meters) {
        Rate rate = next.rate(meter.measure());
        meter.steady().use(rate, now);
        meter.burst().use(rate.ofBurst(), now);
      }
    }
  }

  /// Waits until a request of `bytes` may pass.
  ///
  /// @throws BlockException TIMEOUT when the queue before it was too long
  void admit(Direction direction, long bytes) {
    List<Place> places = queue(direction, bytes);
    long begin = ticker.nanos();
    for (long wait = waitNanos(places); wait > 0; wait = waitNanos(places)) {
      if (ticker.nanos() - begin > PATIENCE_NANOS) {
        throw new BlockException(
            BlockException.Kind.TIMEOUT,
            "a request of "
                + bytes
                + " bytes was held back by limits for "
                + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS)
                + " s");
      }
      ticker.sleep(Math.min(wait, SLICE_NANOS));
    }
  }

  /// One measure: the long-run rate, and the rate of its bursts.
  private record Meter(Measure measure, LeakyBucket steady, LeakyBucket burst) {}

  private record Place(LeakyBucket bucket, long place) {}

  private List<Place> queue(Direction direction, long bytes) {
    synchronized (guard) {
      long now = ticker.nanos();
      List<Place> places = new ArrayList<>();
      for (Meter meter : meters) {
        if (meter.measure().applies(direction)) {
          long units = limits.units(meter.measure(), bytes);
          places.add(new Place(meter.steady(), meter.steady().pour(units, now)));
          places.add(new Place(meter.burst(), meter.burst().pour(units, now)));
        }
      }
      return places;
    }
  }

  private long waitNanos(List<Place> places) {
    synchronized (guard) {
      long now = ticker.nanos();
      return places.stream().mapToLong(p -> p.bucket().waitNanos(p.place(), now)).max().orElse(0);
    }
  }
}
