package io.blockgraph.job.copy;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// Wakes threads that wait for work. To ring it costs the reading of a field when nobody waits, so
/// that clients can do it with each write. Any thread.
///
/// No ring is lost: who waits says so before looking for work, and who rings has made the work
/// visible before looking whether somebody waits.
public final class Bell {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition rung = lock.newCondition();
  private final AtomicInteger waiting = new AtomicInteger();
  private long rings;

  /// There is something to do.
  public void ring() {
    if (waiting.get() > 0) {
      lock.lock();
      try {
        rings++;
        rung.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// Waits until it is rung, at most `waitMs`; not at all unless there is `nothing` to do.
  public void await(BooleanSupplier nothing, long waitMs) {
    lock.lock();
    waiting.incrementAndGet();
    try {
      long seen = rings;
      long left = nothing.getAsBoolean() ? TimeUnit.MILLISECONDS.toNanos(waitMs) : 0;
      while (rings == seen && left > 0) {
        left = rung.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a job", e);
    } finally {
      waiting.decrementAndGet();
      lock.unlock();
    }
  }
}
