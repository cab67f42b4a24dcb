package io.blockgraph.job;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.EventLog;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What a store remembers of two jobs of one id, when it is slow with the last of the first.
@Timeout(60)
class RememberedJobTest {
  private static final JobId JOB = new JobId("j");
  private static final JobRecord.Title TITLE =
      new JobRecord.Title(
          JOB,
          "test",
          new JobEnding(JobEnding.Finalizing.AUTOMATIC, JobEnding.Dismissing.AUTOMATIC));

  private final SlowStore store = new SlowStore();
  private final Jobs jobs =
      new Jobs(store, new EventLog(Clock.systemUTC(), 1_000), Clock.systemUTC(), JobLimits.DEFAULT);

  @AfterEach
  void close() {
    store.goOn.countDown();
    jobs.close();
  }

  private enum Slow {
    NOTHING,
    SAVING_THE_END,
    FORGETTING
  }

  /// Waits once, before it does what it is slow with.
  private static final class SlowStore implements JobStore {
    private final MemoryJobStore kept = new MemoryJobStore();
    private final CountDownLatch there = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile Slow slow = Slow.NOTHING;

    @Override
    public void save(JobRecord job) {
      late(job.isOver() && slow == Slow.SAVING_THE_END, () -> kept.save(job));
    }

    @Override
    public void forget(JobId id) {
      late(slow == Slow.FORGETTING, () -> kept.forget(id));
    }

    private void late(boolean waits, Runnable work) {
      if (waits) {
        slow = Slow.NOTHING;
        there.countDown();
        await(goOn);
      }
      work.run();
      if (waits) {
        done.countDown();
      }
    }

    @Override
    public List<JobRecord> load() {
      return kept.load();
    }
  }

  /// The first job ends and the store is slow with it; meanwhile a second one may begin.
  private void secondBeginsWhileTheStoreIs(Slow slow) throws Exception {
    WaitingWork first = new WaitingWork();
    assertThat(jobs.start(TITLE, first, 1)).isInstanceOf(JobResult.Done.class);
    store.slow = slow;
    first.mayEnd.countDown();
    await(store.there);
    Thread second =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (jobs.start(TITLE, new WaitingWork(), 1) instanceof JobResult.Rejected) {
                    pause();
                  }
                });
    // As long as it takes on a busy machine to begin, if it is let.
    second.join(1_000);
    store.goOn.countDown();
    await(store.done);
    second.join();
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void theSecondIsRemembered() {
    assertThat(jobs.find(JOB)).hasValueSatisfying(job -> assertThat(job.isOver()).isFalse());
    assertThat(store.load()).hasSize(1).noneMatch(JobRecord::isOver);
  }

  @Test
  void theEndOfTheFirstIsNotRememberedAsTheSecond() throws Exception {
    secondBeginsWhileTheStoreIs(Slow.SAVING_THE_END);
    theSecondIsRemembered();
  }

  @Test
  void theSecondIsNotForgottenAsTheFirst() throws Exception {
    secondBeginsWhileTheStoreIs(Slow.FORGETTING);
    theSecondIsRemembered();
  }
}
