package io.blockgraph.job;

/// What happens by itself at the end of a job.
///
/// @param finalizing whether the result becomes visible without being asked for
/// @param dismissing whether the job is forgotten as soon as it is over
public record JobEnding(Finalizing finalizing, Dismissing dismissing) {
  /// How a job becomes final.
  public enum Finalizing {
    AUTOMATIC,
    ON_REQUEST
  }

  /// How a job that is over is forgotten.
  public enum Dismissing {
    AUTOMATIC,
    ON_REQUEST
  }

  /// Final by itself, kept until dismissed: what holds when nothing is said.
  public static final JobEnding DEFAULT =
      new JobEnding(Finalizing.AUTOMATIC, Dismissing.ON_REQUEST);
}
