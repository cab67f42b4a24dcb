package io.blockgraph.job.copy;

import java.util.concurrent.atomic.AtomicLong;

/// Whether copying a chunk takes so long that it must be waiting for something, and more chunks had
/// better be under way. Any thread.
///
/// Between files in memory 256 KiB take 0.15 ms. There more than two threads only wait for each
/// other: the kernel lets one at a time write a file. A disk that has to be read first, or lies
/// beyond a network, makes each chunk wait by itself.
final class StepPace {
  private static final long LONG_NANOS = 2_000_000;
  private static final int WEIGHT = 8;

  private final AtomicLong averageNanos = new AtomicLong();

  /// A chunk took so long.
  void took(long nanos) {
    averageNanos.updateAndGet(before -> before + (nanos - before) / WEIGHT);
  }

  /// Whether chunks take long.
  boolean isLong() {
    return averageNanos.get() > LONG_NANOS;
  }
}
