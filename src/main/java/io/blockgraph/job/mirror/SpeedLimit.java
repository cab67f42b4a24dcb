package io.blockgraph.job.mirror;

import java.util.concurrent.locks.ReentrantLock;

/// Holds copying to so many bytes per second: what was copied is charged, and nobody begins while
/// there is a debt.
///
/// At most a tenth of a second is saved up, so that a pause is not followed by a burst.
final class SpeedLimit {
  private static final long SAVED_NANOS = 100_000_000;

  private final ReentrantLock lock = new ReentrantLock();
  private long bytesPerSecond;
  private long freeAtNanos = Long.MIN_VALUE;

  SpeedLimit(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /// Changes the limit, 0 for none; debts are forgiven.
  void set(long newBytesPerSecond) {
    lock.lock();
    try {
      bytesPerSecond = newBytesPerSecond;
      freeAtNanos = Long.MIN_VALUE;
    } finally {
      lock.unlock();
    }
  }

  long bytesPerSecond() {
    lock.lock();
    try {
      return bytesPerSecond;
    } finally {
      lock.unlock();
    }
  }

  /// How many nanoseconds nobody may begin from now on; 0 when at once.
  long waitNanos(long nowNanos) {
    lock.lock();
    try {
      return bytesPerSecond == 0 || freeAtNanos == Long.MIN_VALUE
          ? 0
          : Math.max(0, freeAtNanos - nowNanos);
    } finally {
      lock.unlock();
    }
  }

  /// So many bytes were copied.
  void charge(long bytes, long nowNanos) {
    lock.lock();
    try {
      if (bytesPerSecond > 0) {
        long from =
            freeAtNanos == Long.MIN_VALUE
                ? nowNanos
                : Math.max(freeAtNanos, nowNanos - SAVED_NANOS);
        freeAtNanos = from + (long) (bytes * 1e9 / bytesPerSecond);
      }
    } finally {
      lock.unlock();
    }
  }
}
