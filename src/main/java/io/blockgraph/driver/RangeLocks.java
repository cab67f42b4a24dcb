package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Locks on ranges of one disk: who shares a range waits for those who have it to themselves, and
/// the other way round.
///
/// Overlapping claims are served in the order they come. Any thread may claim, and another may let
/// go. A thread that holds a range must not claim an overlapping one. Waiting is bounded.
public final class RangeLocks {
  private enum Sharing {
    SHARED,
    EXCLUSIVE
  }

  private final long deadlineNanos;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition someoneLeft = lock.newCondition();
  private final List<Held> inOrder = new ArrayList<>();

  /// Locks that wait at most `deadlineMs`.
  public RangeLocks(long deadlineMs) {
    this.deadlineNanos = TimeUnit.MILLISECONDS.toNanos(deadlineMs);
  }

  /// Waits until nobody has any byte of `range` to themselves.
  ///
  /// @throws BlockException TIMEOUT after the deadline
  public Held share(ByteRange range) {
    return claim(new Held(range, Sharing.SHARED));
  }

  /// Waits until nobody has any byte of `range`.
  ///
  /// @throws BlockException TIMEOUT after the deadline
  public Held exclude(ByteRange range) {
    return claim(new Held(range, Sharing.EXCLUSIVE));
  }

  private Held claim(Held mine) {
    lock.lock();
    try {
      inOrder.add(mine);
      if (!awaitTurn(mine)) {
        leave(mine);
        throw new BlockException(
            BlockException.Kind.TIMEOUT,
            "offset "
                + mine.range.offset()
                + ", length "
                + mine.range.length()
                + " was in use by other requests for "
                + TimeUnit.NANOSECONDS.toMillis(deadlineNanos)
                + " ms");
      }
      return mine;
    } finally {
      lock.unlock();
    }
  }

  /// An interrupt does not end the wait: the request it would tear apart is not its own.
  private boolean awaitTurn(Held mine) {
    boolean interrupted = false;
    long end = System.nanoTime() + deadlineNanos;
    try {
      while (mustWait(mine)) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        interrupted |= interruptedDuring(left);
      }
      return true;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @SuppressWarnings("WaitNotInLoop")
  private boolean interruptedDuring(long nanos) {
    try {
      long unused = someoneLeft.awaitNanos(nanos);
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  private boolean mustWait(Held mine) {
    for (Held earlier : inOrder) {
      if (earlier == mine) {
        return false;
      }
      if (earlier.conflictsWith(mine)) {
        return true;
      }
    }
    throw new IllegalStateException("a claim is not in the queue");
  }

  private void leave(Held held) {
    inOrder.remove(held);
    someoneLeft.signalAll();
  }

  /// A claimed range; close it to let go.
  public final class Held implements AutoCloseable {
    private final ByteRange range;
    private final Sharing sharing;

    private Held(ByteRange range, Sharing sharing) {
      this.range = range;
      this.sharing = sharing;
    }

    private boolean conflictsWith(Held other) {
      boolean alone = sharing == Sharing.EXCLUSIVE || other.sharing == Sharing.EXCLUSIVE;
      return alone && range.overlaps(other.range);
    }

    /// Lets go of the range.
    @Override
    public void close() {
      lock.lock();
      try {
        leave(this);
      } finally {
        lock.unlock();
      }
    }
  }
}
