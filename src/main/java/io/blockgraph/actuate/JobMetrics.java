package io.blockgraph.actuate;

import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.Jobs;
import java.util.Comparator;
import java.util.List;

/// The series of jobs. Any thread.
final class JobMetrics implements Series {
  private final Jobs jobs;
  private final int most;

  JobMetrics(Jobs jobs, int most) {
    this.jobs = jobs;
    this.most = most;
  }

  /// Puts them down for the jobs that have series of their own: those under way first, then those
  /// that were over last.
  @Override
  public void collect(Sheet sheet) {
    List<JobRecord> all = jobs.glance();
    Comparator<JobRecord> newestFirst =
        Comparator.comparing((JobRecord job) -> job.times().created()).reversed();
    all.stream()
        .sorted(Comparator.comparing(JobRecord::isOver).thenComparing(newestFirst))
        .limit(most)
        .forEach(job -> collect(job, sheet));
    sheet.value(Metric.LEFT_OUT, Math.max(0, all.size() - most), "jobs");
    jobs.finished()
        .forEach(
            (finish, count) ->
                sheet.value(Metric.JOBS_FINISHED, count, finish.type(), finish.result()));
  }

  private static void collect(JobRecord job, Sheet sheet) {
    String id = job.id().value();
    for (JobStatus status : JobStatus.values()) {
      double has = job.status() == status ? 1 : 0;
      sheet.value(Metric.JOB_STATE, has, id, job.title().type(), status.word());
    }
    sheet.value(Metric.JOB_PROGRESS, job.progress().bytesDone(), id);
    sheet.value(Metric.JOB_TOTAL, job.progress().bytesTotal(), id);
    sheet.value(Metric.JOB_DIRTY, job.progress().bytesLeft(), id);
    sheet.value(Metric.JOB_RATE, job.progress().bytesPerSecond(), id);
  }
}
