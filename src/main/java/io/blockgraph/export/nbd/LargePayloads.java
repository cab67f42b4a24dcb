package io.blockgraph.export.nbd;

import java.util.concurrent.atomic.AtomicLong;

/// How much memory all connections together hold for WRITEs that are larger than a connection's
/// buffer.
final class LargePayloads {
  private final long totalBytes;
  private final AtomicLong held = new AtomicLong();

  LargePayloads(long totalBytes) {
    this.totalBytes = totalBytes;
  }

  /// Whether `bytes` more may be held; if so they are counted until [#release].
  boolean reserve(long bytes) {
    if (held.addAndGet(bytes) <= totalBytes) {
      return true;
    }
    release(bytes);
    return false;
  }

  /// Gives back what was reserved.
  void release(long bytes) {
    held.addAndGet(-bytes);
  }
}
