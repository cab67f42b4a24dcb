package io.blockgraph.driver.quorum;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FanOutTest {
  private final ExecutorService oneThread =
      new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1));
  private final FanOut fanOut = new FanOut(oneThread);

  @AfterEach
  void stop() {
    oneThread.shutdown();
  }

  @Test
  void runsEachTaskOnceThoughTheExecutorRefusesMost() {
    AtomicInteger runs = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      fanOut.run(IntStream.range(0, 7).<Runnable>mapToObj(_ -> runs::incrementAndGet).toList());
    }
    assertThat(runs).hasValue(700);
  }

  @Test
  void tasksRunAtTheSameTime() {
    CountDownLatch both = new CountDownLatch(2);
    Runnable meet =
        () -> {
          both.countDown();
          await(both);
        };
    fanOut.run(List.of(meet, meet));
    assertThat(both.getCount()).isZero();
  }

  @Test
  void aQuorumOfQuorumsDoesNotWaitForItself() {
    AtomicInteger runs = new AtomicInteger();
    Runnable inner = () -> fanOut.run(List.of(runs::incrementAndGet, runs::incrementAndGet));
    fanOut.run(List.of(inner, inner, inner));
    assertThat(runs).hasValue(6);
  }
}
