package io.blockgraph.os;

import java.util.concurrent.locks.ReentrantLock;

/// A call that counts for all who asked for it before it began. It runs for one at a time: who asks
/// while it runs waits, and then one of those who waited does it for all of them.
///
/// Threads: any.
final class SharedCall {
  private final ReentrantLock running = new ReentrantLock();

  /// The number of the last run that began, and of the last that did not throw; written by who
  /// runs.
  private volatile long begun;

  private long done;

  /// Returns when a run of `call` that began after this did has ended well.
  void run(Runnable call) {
    long begunBefore = begun;
    running.lock();
    try {
      if (done <= begunBefore) {
        long mine = begun + 1;
        begun = mine;
        call.run();
        done = mine;
      }
    } finally {
      running.unlock();
    }
  }
}
