package io.blockgraph.app;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The threads on which qcow2 images inflate compressed clusters, all images together: one for each
/// processor.
///
/// What waits here is done by the reader who needs it, should that come first; what finds the queue
/// full is refused. They only compute: none of them ever waits, so that they cannot wait for each
/// other. A thread that has nothing to do for a while ends.
final class InflateThreads implements AutoCloseable {
  /// So many clusters at most wait.
  static final int MOST_WAITING = 256;

  private static final long IDLE_SECONDS = 10;
  private static final long PATIENCE_SECONDS = 10;

  private final ThreadPoolExecutor threads;

  InflateThreads() {
    int processors = Runtime.getRuntime().availableProcessors();
    this.threads =
        new ThreadPoolExecutor(
            processors,
            processors,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WAITING),
            Thread.ofPlatform().daemon().name("inflate-", 0).factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /// Does work soon or refuses it.
  Executor executor() {
    return threads;
  }

  /// No image is open any more, so that this takes no time; it is bounded all the same.
  @Override
  public void close() {
    threads.shutdown();
    try {
      boolean ended = threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assert ended : "a cluster is still being inflated after the graph is closed";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
