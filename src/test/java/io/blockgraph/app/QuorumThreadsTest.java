package io.blockgraph.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.StackSize;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QuorumThreadsTest {
  private static final Runnable NOTHING = () -> {};

  @Test
  void startsNoMoreThanSoManyAndRefusesTheNext() throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    try (QuorumThreads threads = new QuorumThreads(StackSize.DEFAULT)) {
      CountDownLatch begun = new CountDownLatch(QuorumThreads.MOST);
      for (int i = 0; i < QuorumThreads.MOST; i++) {
        threads.executor().execute(() -> meet(begun, end));
      }
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(() -> threads.executor().execute(NOTHING))
          .isInstanceOf(RejectedExecutionException.class);
      end.countDown();
    }
  }

  private static void meet(CountDownLatch begun, CountDownLatch end) {
    begun.countDown();
    try {
      assertThat(end.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void hasNoThreadsLeftWhenItIsClosed() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    Thread[] worker = new Thread[1];
    QuorumThreads threads = new QuorumThreads(StackSize.DEFAULT);
    threads
        .executor()
        .execute(
            () -> {
              worker[0] = Thread.currentThread();
              done.countDown();
            });
    assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
    threads.close();
    worker[0].join(10_000);
    assertThat(worker[0].isAlive()).isFalse();
    assertThatThrownBy(() -> threads.executor().execute(NOTHING))
        .isInstanceOf(RejectedExecutionException.class);
  }
}
