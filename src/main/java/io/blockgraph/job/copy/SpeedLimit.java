package io.blockgraph.job.copy;

import java.util.concurrent.locks.ReentrantLock;

/// Holds copying to so many bytes per second: who begins is charged at once for what he is about to
/// copy, and nobody begins while there is a debt. Thus several copiers take turns, and what they
/// copy comes evenly.
///
/// At most a tenth of a second is saved up, so that a pause is not followed by a burst.
public final class SpeedLimit {
  private static final long SAVED_NANOS = 100_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private long bytesPerSecond;
  private long freeAtNanos = Long.MIN_VALUE;

  /// At most so many bytes per second, 0 for no limit.
  public SpeedLimit(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /// Changes the limit, 0 for none; debts are forgiven.
  public void set(long newBytesPerSecond) {
    lock.lock();
    try {
      bytesPerSecond = newBytesPerSecond;
      freeAtNanos = Long.MIN_VALUE;
    } finally {
      lock.unlock();
    }
  }

  /// The limit, 0 for none.
  public long bytesPerSecond() {
    lock.lock();
    try {
      return bytesPerSecond;
    } finally {
      lock.unlock();
    }
  }

  /// Begins to copy about so many bytes; [#end] must follow.
  ///
  /// @return 0, or for how many nanoseconds nobody may begin; then nothing has begun
  long begin(long bytes, long nowNanos) {
    lock.lock();
    try {
      if (bytesPerSecond == 0) {
        return 0;
      }
      if (freeAtNanos != Long.MIN_VALUE && freeAtNanos > nowNanos) {
        return freeAtNanos - nowNanos;
      }
      long from =
          freeAtNanos == Long.MIN_VALUE ? nowNanos : Math.max(freeAtNanos, nowNanos - SAVED_NANOS);
      freeAtNanos = from + nanos(bytes);
      return 0;
    } finally {
      lock.unlock();
    }
  }

  /// Of the bytes that were begun so many were copied, perhaps more: only these count.
  void end(long begunBytes, long copiedBytes) {
    lock.lock();
    try {
      if (bytesPerSecond > 0 && freeAtNanos != Long.MIN_VALUE) {
        freeAtNanos += nanos(copiedBytes - begunBytes);
      }
    } finally {
      lock.unlock();
    }
  }

  private long nanos(long bytes) {
    return (long) (bytes * 1e9 / bytesPerSecond);
  }
}
