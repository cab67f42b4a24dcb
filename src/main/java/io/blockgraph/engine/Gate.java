package io.blockgraph.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Lets requests of one user through, or holds them back while the graph below changes.
///
/// An open gate costs a request two atomic additions. Requests must not nest: a thread that is
/// inside may not enter again.
final class Gate {
  private static final long CLOSED = 1L << 62;
  private static final long COUNT = CLOSED - 1;

  /// CLOSED or not, and in the lower bits how many requests are inside.
  private final AtomicLong state = new AtomicLong();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition opened = lock.newCondition();
  private final Condition drained = lock.newCondition();

  /// Goes in, waiting at most `deadlineMs` for the gate to open; false when it did not.
  boolean enter(long deadlineMs) {
    while ((state.getAndIncrement() & CLOSED) != 0) {
      exit();
      if (!awaitOpen(deadlineMs)) {
        return false;
      }
    }
    return true;
  }

  /// How many are inside.
  int inside() {
    return Math.toIntExact(state.get() & COUNT);
  }

  /// Goes out.
  void exit() {
    if (state.decrementAndGet() == CLOSED) {
      lock.lock();
      try {
        drained.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// Lets nobody in any more and waits until nobody is inside; false when the deadline passed (the
  /// gate stays closed).
  boolean closeAndDrain(long deadlineNanos) {
    state.getAndUpdate(s -> s | CLOSED);
    lock.lock();
    try {
      while ((state.get() & COUNT) != 0) {
        long left = deadlineNanos - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        // A request that bounces off the closed gate may be the one to signal; the bound keeps a
        // lost wake-up harmless.
        drained.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(10)));
      }
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a change of the graph", e);
    } finally {
      lock.unlock();
    }
  }

  /// Lets everybody in again.
  void open() {
    state.getAndUpdate(s -> s & ~CLOSED);
    lock.lock();
    try {
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitOpen(long deadlineMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs);
    lock.lock();
    try {
      while ((state.get() & CLOSED) != 0) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        opened.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a request", e);
    } finally {
      lock.unlock();
    }
  }
}
