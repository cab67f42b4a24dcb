package io.blockgraph.app;

import io.blockgraph.block.StackSize;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The threads on which quorums ask their children, all quorums together.
///
/// There is no queue: a request that finds no thread is done by the thread that makes it, so
/// nothing waits for a thread, and a quorum of quorums cannot wait for itself. A thread that has
/// nothing to do for a while ends. They end for good after the graph is closed.
final class QuorumThreads implements AutoCloseable {
  /// So many threads at most.
  static final int MOST = 32;

  private static final long IDLE_SECONDS = 10;
  private static final long PATIENCE_SECONDS = 10;

  private final ThreadPoolExecutor threads;

  QuorumThreads(StackSize stack) {
    this.threads =
        new ThreadPoolExecutor(
            0,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            stack.thread().name("quorum-", 0).factory());
  }

  /// Starts work at once or refuses it.
  Executor executor() {
    return threads;
  }

  /// No request is under way any more, so that this takes no time; it is bounded all the same.
  @Override
  public void close() {
    threads.shutdown();
    try {
      boolean ended = threads.awaitTermination(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assert ended : "a child of a quorum is still at work after the graph is closed";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
