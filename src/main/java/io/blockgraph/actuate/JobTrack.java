package io.blockgraph.actuate;

import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress.Outlook;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What was seen of a job over time.
///
/// @param created which job: an id may be used again
/// @param mark where it was when it was last seen to have moved
/// @param statusSince since when it has had its status
/// @param movedAt when it was last seen to have moved
/// @param divergingSince since when every look has found it not converging
record JobTrack(
    Instant created,
    Mark mark,
    Instant statusSince,
    Instant movedAt,
    Optional<Instant> divergingSince) {

  /// What has to change for a job to have moved. Before the first byte is copied a job marks what
  /// it will copy, and is seen by that.
  record Mark(JobStatus status, JobPhase phase, long bytesDone, long bytesMarked) {
    static Mark of(JobRecord job) {
      long done = job.progress().bytesDone();
      return new Mark(
          job.status(), job.progress().phase(), done, done == 0 ? job.progress().bytesLeft() : 0);
    }
  }

  static JobTrack begin(JobRecord job, Instant now) {
    Instant since = job.times().ended().orElse(now);
    return new JobTrack(job.times().created(), Mark.of(job), since, since, diverging(job, now));
  }

  /// The track after one more look.
  JobTrack seen(JobRecord job, Instant now) {
    if (!job.times().created().equals(created)) {
      return begin(job, now);
    }
    Mark next = Mark.of(job);
    return new JobTrack(
        created,
        next,
        next.status() == mark.status() ? statusSince : job.times().ended().orElse(now),
        next.equals(mark) ? movedAt : now,
        diverging(job, divergingSince.orElse(now)));
  }

  private static Optional<Instant> diverging(JobRecord job, Instant since) {
    return job.progress().outlook() instanceof Outlook.NotConverging
        ? Optional.of(since)
        : Optional.empty();
  }

  Duration stillFor(Instant now) {
    return Duration.between(movedAt, now);
  }

  Duration divergingFor(Instant now) {
    return divergingSince.map(since -> Duration.between(since, now)).orElse(Duration.ZERO);
  }
}
