package io.blockgraph.job;

/// What the framework tells a [JobWork], and the other way round. Any thread of the job.
public interface JobControl {
  /// Asks to do one step of work, waiting up to `waitMs` while the job rests.
  ///
  /// @return whether the step may be done; then [#endStep] must follow. A job only counts as
  ///   resting when no step is under way, so a step must be short.
  /// @throws Stopped when the job is cancelled
  boolean beginStep(long waitMs);

  /// The step is over.
  void endStep();

  /// Waits up to `waitMs`, or until something about the job changes.
  ///
  /// @throws Stopped when the job is cancelled
  void await(long waitMs);

  /// The copy follows its source now: RUNNING becomes READY, once the job does not rest.
  ///
  /// @throws Stopped when the job is cancelled
  void becomeReady();

  /// Lets the job rest after an I/O error, until somebody resumes it.
  ///
  /// @return false when a job cannot rest any more where this one stands (it is about to make its
  ///   result visible)
  boolean restAfterError(IoStatus status);

  /// How the job is to end.
  Wish wish();

  /// Builds threads for work of the job that asks disks.
  Thread.Builder.OfPlatform thread();

  /// How a job is to end.
  enum Wish {
    /// Nobody has said anything.
    NONE,
    /// With its result made visible.
    COMPLETE,
    /// With its copy complete and kept, and nothing made visible (a soft cancel).
    KEEP,
    /// At once, without a result.
    ABORT
  }

  /// The job is cancelled: thrown out of its work to end it.
  final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped() {
      super("the job is cancelled", null, false, false);
    }
  }
}
