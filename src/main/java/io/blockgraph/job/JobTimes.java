package io.blockgraph.job;

import java.time.Instant;
import java.util.Optional;

/// When what happened to a job.
///
/// @param created when it was asked for
/// @param started when it began
/// @param ended when it was over
/// @param revisionAtStart the graph's revision right after the job joined it
public record JobTimes(
    Instant created, Optional<Instant> started, Optional<Instant> ended, long revisionAtStart) {
  JobTimes startedAt(Instant now) {
    return new JobTimes(created, Optional.of(now), ended, revisionAtStart);
  }

  JobTimes endedAt(Instant now) {
    return new JobTimes(created, started, Optional.of(now), revisionAtStart);
  }
}
