package io.blockgraph.driver.qcow2;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// Two threads that inflate compressed clusters for the images of a test.
final class InflationPool {
  private static final int THREADS = 2;

  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final Inflation shared = new Inflation(threads);

  Inflation shared() {
    return shared;
  }

  /// Keeps all threads busy until `end`.
  void keepBusy(CountDownLatch end) {
    for (int i = 0; i < THREADS; i++) {
      threads.execute(() -> await(end));
    }
  }

  /// Ends the threads; all images are closed and hold nothing.
  void end() throws InterruptedException {
    threads.shutdown();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    assertThat(shared.held()).as("bytes held by closed images").isZero();
  }
}
