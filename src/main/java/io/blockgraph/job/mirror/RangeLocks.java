package io.blockgraph.job.mirror;

import io.blockgraph.block.ByteRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Ranges of the disk that one party works on alone: a copier, or a client's write that goes to
/// both disks.
///
/// Whoever holds a range must not wait for a gate of the graph: everybody who takes one is behind
/// his gate already and needs nothing but the disks to get done. So holders always come free, and a
/// change of the graph that waits for them too.
final class RangeLocks {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition released = lock.newCondition();
  private final List<ByteRange> held = new ArrayList<>();

  /// Takes `range` if nobody holds a part of it.
  boolean tryTake(ByteRange range) {
    lock.lock();
    try {
      return take(range);
    } finally {
      lock.unlock();
    }
  }

  /// Takes `range`, waiting up to `waitMs`.
  boolean take(ByteRange range, long waitMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    lock.lock();
    try {
      while (!take(range)) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        released.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a write", e);
    } finally {
      lock.unlock();
    }
  }

  private boolean take(ByteRange range) {
    for (ByteRange other : held) {
      if (other.overlaps(range)) {
        return false;
      }
    }
    held.add(range);
    return true;
  }

  /// Gives back a range that was taken.
  void release(ByteRange range) {
    lock.lock();
    try {
      if (!held.remove(range)) {
        throw new IllegalStateException("nobody holds " + range);
      }
      released.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
