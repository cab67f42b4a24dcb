package io.blockgraph.job;

import io.blockgraph.graph.Options;
import java.util.Optional;

/// What one job does. One object per job.
///
/// The framework calls, on the job's own thread and in this order: [#run] once, then [#settle] once
/// or more, or [#abandon] once. Everything else may be called from any thread at any time.
public interface JobWork {
  /// Works until the result only needs to be made visible. Asks `control` at every step whether it
  /// may go on.
  ///
  /// @throws JobFailure when the job cannot have a result
  /// @throws JobControl.Stopped as thrown by `control`, when the job is cancelled
  void run(JobControl control) throws JobFailure;

  /// Looks, while the job waits to be finalized, whether it can still have a result.
  ///
  /// @throws JobFailure when it cannot
  default void whilePending() throws JobFailure {}

  /// Makes the result visible. Called with [JobStatus#PENDING]; until it is, what [#run] started
  /// goes on.
  ///
  /// @return DONE, or AGAIN when it was not possible just now and nothing has changed
  /// @throws JobFailure when it cannot be made visible any more; then [#abandon] follows
  Settled settle(JobControl control) throws JobFailure;

  /// Takes back everything the job has done to the graph. Cannot be refused, and does nothing the
  /// second time.
  ///
  /// @return what could not be taken back, in a sentence
  Optional<String> abandon();

  /// How far it is.
  JobProgress progress();

  /// What there is to tell, in plain values.
  Options details();

  /// Whether completing is possible now, as far as can be told; asked before the verb is accepted.
  default Optional<JobRejection> mayComplete() {
    return Optional.empty();
  }

  /// Limits the speed to `bytesPerSecond`, 0 for no limit.
  default void setSpeed(long bytesPerSecond) {}

  /// Changes how it works.
  ///
  /// @param change names and plain values, as in a request
  default Optional<JobRejection> change(Options change) {
    return Optional.of(
        new JobRejection.InvalidParameter("change", "a job of this kind has nothing to change"));
  }

  /// What came of [#settle].
  enum Settled {
    /// The result is visible.
    DONE,
    /// Not yet; to be asked again.
    AGAIN
  }
}
