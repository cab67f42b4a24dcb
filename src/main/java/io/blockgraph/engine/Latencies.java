package io.blockgraph.engine;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/// How long things took, counted in buckets. Any thread; counting takes no lock and allocates
/// nothing.
public final class Latencies {
  /// The usual upper bounds of the buckets, in nanoseconds: 10 us to 10 s, three to a decade.
  /// Longer ones have a bucket of their own.
  public static final List<Long> USUAL_BOUNDS =
      List.of(
          10_000L,
          25_000L,
          50_000L,
          100_000L,
          250_000L,
          500_000L,
          1_000_000L,
          2_500_000L,
          5_000_000L,
          10_000_000L,
          25_000_000L,
          50_000_000L,
          100_000_000L,
          250_000_000L,
          500_000_000L,
          1_000_000_000L,
          2_500_000_000L,
          5_000_000_000L,
          10_000_000_000L);

  private final long[] boundsNanos;

  /// A count for each bucket, then the sum of all times.
  private final AtomicLongArray cells;

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

    /// Both together; this alone where the buckets are not the same.
    Snapshot plus(Snapshot other) {
      return combined(other, 1);
    }

    /// What came since `earlier`; all of it where the buckets are not the same.
    Snapshot minus(Snapshot earlier) {
      return combined(earlier, -1);
    }

    private Snapshot combined(Snapshot other, int sign) {
      if (!Arrays.equals(boundsNanos, other.boundsNanos)) {
        return this;
      }
      long[] sums = counts.clone();
      Arrays.setAll(sums, i -> counts[i] + sign * other.counts[i]);
      return new Snapshot(boundsNanos, sums, sumNanos + sign * other.sumNanos);
    }
  }

  /// Times in the usual buckets.
  public Latencies() {
    this(USUAL_BOUNDS);
  }

  /// Times in buckets with these upper bounds, which grow.
  public Latencies(List<Long> boundsNanos) {
    this.boundsNanos = boundsNanos.stream().mapToLong(Long::longValue).toArray();
    this.cells = new AtomicLongArray(this.boundsNanos.length + 2);
  }

  /// Something took so long.
  public void record(long nanos) {
    int at = Arrays.binarySearch(boundsNanos, nanos);
    cells.getAndIncrement(at < 0 ? -at - 1 : at);
    cells.getAndAdd(boundsNanos.length + 1, nanos);
  }

  /// What `other` counted counts here, too, where the buckets are the same.
  void add(Latencies other) {
    if (Arrays.equals(boundsNanos, other.boundsNanos)) {
      for (int i = 0; i < cells.length(); i++) {
        cells.getAndAdd(i, other.cells.get(i));
      }
    }
  }

  /// What was counted so far.
  public Snapshot snapshot() {
    long[] counts = new long[boundsNanos.length + 1];
    Arrays.setAll(counts, cells::get);
    return new Snapshot(boundsNanos.clone(), counts, cells.get(counts.length));
  }
}
