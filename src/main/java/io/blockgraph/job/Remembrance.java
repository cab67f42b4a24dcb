package io.blockgraph.job;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/// What is remembered under the id of a job, where a new job of that id may begin as soon as the
/// last one is over: the new one is not forgotten in place of the old one. Any thread.
final class Remembrance {
  private final JobStore store;
  private final ReentrantLock lock = new ReentrantLock();

  Remembrance(JobStore store) {
    this.store = store;
  }

  /// A job is remembered for the first time; it can be found by then.
  void begin(JobRun job) {
    lock.lock();
    try {
      job.publish();
    } finally {
      lock.unlock();
    }
  }

  /// Forgets what was of that id, unless there is a job again.
  void forget(JobId id, BooleanSupplier isThere) {
    lock.lock();
    try {
      if (!isThere.getAsBoolean()) {
        store.forget(id);
      }
    } finally {
      lock.unlock();
    }
  }
}
