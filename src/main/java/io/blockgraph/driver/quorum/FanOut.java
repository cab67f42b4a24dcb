package io.blockgraph.driver.quorum;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Runs tasks at the same time, as far as an executor has threads for them.
///
/// The calling thread takes part: it runs every task nobody has begun. So a full or refusing
/// executor only makes things slower, and a quorum of quorums on one executor cannot wait for
/// itself.
final class FanOut {
  private final Executor executor;

  FanOut(Executor executor) {
    this.executor = executor;
  }

  /// Returns when all tasks have ended. A task must not throw.
  ///
  /// There is no deadline here and no way out by an interrupt: a child that is still at work uses
  /// the caller's memory.
  void run(List<Runnable> tasks) {
    List<Task> all = new ArrayList<>();
    for (Runnable work : tasks) {
      all.add(new Task(work));
    }
    for (Task task : all.subList(Math.min(1, all.size()), all.size())) {
      offer(task);
    }
    all.forEach(Task::run);
    all.forEach(Task::await);
  }

  private void offer(Task task) {
    try {
      executor.execute(task);
    } catch (RejectedExecutionException e) {
      // Its queue is full: the calling thread will come to this task.
      assert !task.begun.get() : "a refused task has begun";
    }
  }

  private static final class Task implements Runnable {
    private final Runnable work;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    Task(Runnable work) {
      this.work = work;
    }

    @Override
    public void run() {
      if (begun.compareAndSet(false, true)) {
        try {
          work.run();
        } finally {
          ended.countDown();
        }
      }
    }

    void await() {
      boolean interrupted = false;
      while (ended.getCount() > 0) {
        try {
          ended.await();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
