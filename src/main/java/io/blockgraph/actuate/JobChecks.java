package io.blockgraph.actuate;

import io.blockgraph.graph.Options;
import io.blockgraph.job.IoStatus;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress.Outlook;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What a job and its track say about how it is. Pure functions.
final class JobChecks {
  private final HealthSettings settings;

  JobChecks(HealthSettings settings) {
    this.settings = settings;
  }

  /// Every check that applies to `job`.
  List<Finding> of(JobRecord job, JobTrack track, Instant now) {
    if (job.isOver()) {
      return List.of(result(job));
    }
    List<Finding> found = new ArrayList<>();
    found.add(progress(job, track, now));
    if (job.state().ioStatus() != IoStatus.OK) {
      found.add(
          Finding.degraded(
              "storage",
              "it rests after an error of the storage ("
                  + job.state().ioStatus().word()
                  + "); resuming it tries again"));
    }
    if (job.progress().outlook() instanceof Outlook.NotConverging(long dirtied)) {
      found.add(convergence(dirtied, track.divergingFor(now)));
    }
    return found;
  }

  private static Finding result(JobRecord job) {
    return job.error()
        .map(JobError::code)
        .map(
            code ->
                code.equals(JobError.CANCELLED)
                    ? Finding.good("result", "it was cancelled")
                    : Finding.failed(
                        "result", "it ended with " + code + "; dismissing it acknowledges that"))
        .orElseGet(() -> Finding.good("result", "it has its result"));
  }

  private Finding convergence(long dirtiedPerSecond, Duration diverging) {
    String rates =
        "clients write "
            + dirtiedPerSecond
            + " bytes a second, the job copies no faster, for "
            + diverging.toSeconds()
            + " s now";
    return diverging.compareTo(settings.notConvergingAfter()) < 0
        ? Finding.good("convergence", rates)
        : Finding.degraded("convergence", rates);
  }

  private Finding progress(JobRecord job, JobTrack track, Instant now) {
    if (job.status().resting()) {
      return Finding.good("progress", "it rests");
    }
    if (job.status() == JobStatus.PENDING || job.status() == JobStatus.WAITING) {
      return Finding.good("progress", "its work is done and it waits to be finalized");
    }
    if (job.status() == JobStatus.READY
        && job.progress().phase() == JobPhase.READY
        && job.progress().bytesLeft() == 0) {
      return Finding.good("progress", "the copy follows its source");
    }
    Duration still = track.stillFor(now);
    String moved =
        job.progress().bytesDone() + " bytes done, the last of them before " + track.movedAt();
    if (still.compareTo(patience(job)) < 0) {
      return Finding.good("progress", moved);
    }
    String stalled = "nothing was done for " + still.toSeconds() + " s: " + moved;
    return compares(job)
        ? Finding.unknown("progress", "it compares, and how far it is cannot be told; " + moved)
        : Finding.degraded("progress", stalled);
  }

  /// A job with a limit copies a buffer and then waits until it may copy the next.
  private Duration patience(JobRecord job) {
    Options details = job.details();
    long speed = number(details, "speed");
    return speed == 0
        ? settings.stalledAfter()
        : settings.stalledAfter().plusSeconds(Math.ceilDiv(number(details, "bufSize"), speed));
  }

  private static boolean compares(JobRecord job) {
    return job.progress().phase() == JobPhase.COMPLETING
        && Boolean.TRUE.equals(job.details().values().get("verify"));
  }

  private static long number(Options details, String name) {
    return details.values().get(name) instanceof Number number ? number.longValue() : 0;
  }
}
