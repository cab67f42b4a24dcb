package io.blockgraph.actuate;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does things again and again, each on a platform thread of its own: one that hangs in the storage
/// keeps none of the others, nor a carrier of virtual threads. Ends with the service.
final class Rounds implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rounds.class);

  private final CountDownLatch closed = new CountDownLatch(1);

  Rounds(List<Round> rounds) {
    rounds.forEach(
        round -> Thread.ofPlatform().name(round.name()).daemon().start(() -> goOn(round)));
  }

  /// Something to be done again and again.
  ///
  /// @param name of its thread
  /// @param everyMs how long to wait from the end of one time to the next
  record Round(String name, long everyMs, Runnable work) {}

  private void goOn(Round round) {
    try {
      do {
        once(round);
      } while (!closed.await(round.everyMs(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a round", e);
    }
  }

  /// A mistake of ours ends one time and is told of; the next comes all the same.
  private static void once(Round round) {
    try {
      round.work().run();
    } catch (RuntimeException | AssertionError | StackOverflowError e) {
      LOG.error("the round '{}' ran into a mistake", round.name(), e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
