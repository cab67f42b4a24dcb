package io.blockgraph.engine;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/// How long things took, counted in fixed buckets. Any thread; counting takes no lock and allocates
/// nothing.
public final class Latencies {
  /// The upper bounds of the buckets, in nanoseconds: 10 us to 10 s, three to a decade. Longer ones
  /// have a bucket of their own.
  private static final long[] BOUNDS_NANOS = {
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000L,
    5_000_000_000L,
    10_000_000_000L
  };

  private final LongAdder[] counts =
      Stream.generate(LongAdder::new).limit(BOUNDS_NANOS.length + 1).toArray(LongAdder[]::new);
  private final LongAdder sumNanos = new LongAdder();

  /// What was counted up to one moment; calls that come meanwhile may be in one part of it and not
  /// in the other.
  ///
  /// @param boundsNanos the upper bounds, inclusive, of all buckets but the last
  /// @param counts how many fell into each bucket alone
  /// @param sumNanos how long they took together
  public record Snapshot(long[] boundsNanos, long[] counts, long sumNanos) {
    /// How many there were.
    public long count() {
      return Arrays.stream(counts).sum();
    }
  }

  /// Something took so long.
  public void record(long nanos) {
    int at = Arrays.binarySearch(BOUNDS_NANOS, nanos);
    counts[at < 0 ? -at - 1 : at].increment();
    sumNanos.add(nanos);
  }

  /// What was counted so far.
  public Snapshot snapshot() {
    return new Snapshot(
        BOUNDS_NANOS.clone(),
        Arrays.stream(counts).mapToLong(LongAdder::sum).toArray(),
        sumNanos.sum());
  }
}
