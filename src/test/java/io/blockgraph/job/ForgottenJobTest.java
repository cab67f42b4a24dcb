package io.blockgraph.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.EventLog;
import io.blockgraph.graph.Options;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A job that is to be forgotten when it is over, at a moment that is hard to catch from outside:
/// it was seen to be over, and its thread has not yet got round to take it out.
class ForgottenJobTest {
  private static final long WAIT_MS = 20_000;
  private static final JobId JOB = new JobId("j");
  private static final JobRecord.Title TITLE =
      new JobRecord.Title(
          JOB,
          "test",
          new JobEnding(JobEnding.Finalizing.AUTOMATIC, JobEnding.Dismissing.AUTOMATIC));

  private final CountDownLatch mayBeTakenOut = new CountDownLatch(1);
  private final Store store = new Store();
  private final Jobs jobs =
      new Jobs(store, new EventLog(Clock.systemUTC(), 1_000), Clock.systemUTC(), JobLimits.DEFAULT);

  @AfterEach
  void close() {
    mayBeTakenOut.countDown();
    jobs.close();
  }

  /// Knows when a job is remembered as over.
  private static final class Store implements JobStore {
    private final MemoryJobStore kept = new MemoryJobStore();
    private volatile boolean over;

    @Override
    public void save(JobRecord job) {
      kept.save(job);
      over = job.isOver();
    }

    @Override
    public void forget(JobId id) {
      kept.forget(id);
    }

    @Override
    public List<JobRecord> load() {
      return kept.load();
    }
  }

  /// Holds its thread where that has remembered the end.
  private final class Work extends WaitingWork {
    @Override
    public Options details() {
      if (store.over && Thread.currentThread().getName().equals("job-" + JOB)) {
        hold();
      }
      return Options.NONE;
    }

    private void hold() {
      try {
        assertThat(mayBeTakenOut.await(WAIT_MS, TimeUnit.MILLISECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a job", e);
      }
    }
  }

  private JobResult<JobRecord> start(Work work) {
    return jobs.start(TITLE, work, 1);
  }

  /// A job that was seen to be over.
  private void over() {
    Work work = new Work();
    assertThat(start(work)).isInstanceOf(JobResult.Done.class);
    Jobs.Watch watch = jobs.watch(JOB).orElseThrow();
    work.mayEnd.countDown();
    assertThat(watch.await(JobRecord::isOver, WAIT_MS).isOver()).isTrue();
  }

  @Test
  void isNotThereAnyMore() {
    over();
    assertThat(jobs.find(JOB)).isEmpty();
    assertThat(jobs.list()).isEmpty();
    assertThat(jobs.dismiss(JOB))
        .isEqualTo(new JobResult.Rejected<>(new JobRejection.JobNotFound(JOB)));
  }

  @Test
  void leavesItsIdToANewOneAtOnce() {
    over();
    assertThat(jobs.mayStart(JOB)).isEmpty();
    assertThat(start(new Work())).isInstanceOf(JobResult.Done.class);
    mayBeTakenOut.countDown();
    assertThat(jobs.find(JOB).orElseThrow().isOver()).isFalse();
  }
}
