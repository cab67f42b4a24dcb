package io.blockgraph.job;

import io.blockgraph.graph.Options;
import java.util.Optional;
import java.util.Set;

/// A job at one moment: what is shown of it and what is remembered.
///
/// @param title what it is
/// @param state where it stands
/// @param progress how far it is
/// @param error why it ended without its result
/// @param times when what happened
/// @param details what the kind of job has to tell, in plain values: a mirror job's source, target,
///   speed, ...
public record JobRecord(
    Title title,
    State state,
    JobProgress progress,
    Optional<JobError> error,
    JobTimes times,
    Options details) {

  /// What a job is.
  ///
  /// @param id the job
  /// @param type its kind: `mirror`
  /// @param ending what happens by itself at its end
  public record Title(JobId id, String type, JobEnding ending) {}

  /// Where a job stands.
  ///
  /// @param status its status
  /// @param ioStatus whether I/O errors have stopped it
  /// @param pauses how many pauses have to be taken back before it goes on
  /// @param verbs what can be asked of it now
  /// @param leaving whether it was asked to come to its end and is on its way there: a job that is
  ///   ready and leaving needs nothing any more
  public record State(
      JobStatus status, IoStatus ioStatus, int pauses, Set<Verb> verbs, boolean leaving) {
    /// Copies `verbs`.
    public State {
      verbs = Set.copyOf(verbs);
    }
  }

  /// The job.
  public JobId id() {
    return title.id();
  }

  /// Where it stands.
  public JobStatus status() {
    return state.status();
  }

  /// Whether it is over.
  public boolean isOver() {
    return state.status() == JobStatus.CONCLUDED;
  }

  /// Whether it is over and has its result.
  public boolean succeeded() {
    return isOver() && error.isEmpty();
  }
}
