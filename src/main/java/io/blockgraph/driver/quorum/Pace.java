package io.blockgraph.driver.quorum;

import io.blockgraph.driver.Opening;
import io.blockgraph.driver.quorum.QuorumDriver.Together;

/// Whether it pays to ask the children at the same time. Handing a request to another thread takes
/// longer than a small request to the page cache does, and much less than a large one or one to a
/// slow child; docs/drivers/quorum.md has the figures.
///
/// Any thread. What it remembers is a guess: threads may overwrite each other's.
final class Pace {
  /// From so many bytes on children are asked at the same time.
  static final long LARGE_BYTES = 64 << 10;

  /// A child that takes so long for a small request on average is slow.
  static final long SLOW_NANOS = 50_000;

  /// How much of the average a new request makes: one in so many.
  private static final long WEIGHT = 8;

  /// A request that took longer counts as this: one that was held up by chance does not make a
  /// child slow.
  private static final long MOST_NANOS = 4 * SLOW_NANOS;

  private final Opening.Ticker ticker;
  private final Together together;
  private volatile long averageNanos;

  /// The same for extents, which say nothing of reads and writes. Nothing is known at first: to ask
  /// fast children together costs little, to ask slow ones in turn a lot.
  private volatile long extentsNanos = MOST_NANOS;

  Pace(Opening.Ticker ticker, Together together) {
    this.ticker = ticker;
    this.together = together;
  }

  /// Whether to ask the children of `request` at the same time. A flush always waits for a disk.
  boolean together(Request request) {
    if (request.memory() == Request.Memory.OWN_THREAD) {
      return false;
    }
    return together == Together.ALWAYS
        || request.operation() == Request.Operation.FLUSH
        || request.bytesToMove() >= LARGE_BYTES
        || average(request) > SLOW_NANOS;
  }

  /// When a child begins its part of a request, for [#end].
  long begin() {
    return ticker.nanos();
  }

  /// A child has done its part of `request`.
  void end(Request request, long begun) {
    if (request.operation() == Request.Operation.FLUSH || request.bytesToMove() >= LARGE_BYTES) {
      return;
    }
    long nanos = Math.min(MOST_NANOS, ticker.nanos() - begun);
    long average = average(request);
    long next = average + (nanos - average) / WEIGHT;
    if (request.operation() == Request.Operation.EXTENTS) {
      extentsNanos = next;
    } else {
      averageNanos = next;
    }
  }

  private long average(Request request) {
    return request.operation() == Request.Operation.EXTENTS ? extentsNanos : averageNanos;
  }
}
