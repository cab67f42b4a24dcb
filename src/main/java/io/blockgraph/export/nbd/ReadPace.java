package io.blockgraph.export.nbd;

import java.util.concurrent.atomic.AtomicInteger;

/// Whether reads of a connection wait for something (a disk, a decompression), by how long the last
/// ones took. Any thread.
///
/// A read that waits holds up those behind it when the connection's thread does it; one that does
/// not costs several times as much when it is handed to another thread. So both are watched: a slow
/// read adds a little, a fast one takes less away, and one slow read among many fast ones changes
/// nothing.
final class ReadPace {
  /// Nothing that is in memory takes so long, but a thread may lose its processor for a while.
  private static final long SLOW_NANOS = 50_000;

  private static final int SLOWER = 4;
  private static final int ENOUGH = 2 * SLOWER;
  private static final int MOST = 8 * SLOWER;

  private final AtomicInteger score = new AtomicInteger();
  private volatile boolean waits;

  /// Whether reads had better be done side by side.
  boolean waits() {
    return waits;
  }

  /// A read took so long.
  void took(long nanos) {
    if (nanos < SLOW_NANOS && score.get() == 0) {
      return;
    }
    int now =
        score.updateAndGet(
            before ->
                nanos >= SLOW_NANOS ? Math.min(MOST, before + SLOWER) : Math.max(0, before - 1));
    if (now >= ENOUGH) {
      waits = true;
    } else if (now == 0) {
      waits = false;
    }
  }
}
