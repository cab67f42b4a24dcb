package io.blockgraph.driver.quorum;

import io.blockgraph.driver.Driver;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;

/// The same with children asked at the same time, by an executor so small that it refuses work.
class ParallelQuorumTest extends QuorumDriverTest {
  private static final ExecutorService THREADS =
      new ThreadPoolExecutor(2, 2, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(2));

  private final Driver driver = new QuorumDriver(THREADS, QuorumDriver.Together.ALWAYS);

  @Override
  protected Driver driver() {
    return driver;
  }

  @AfterAll
  static void stop() {
    THREADS.shutdown();
  }
}
