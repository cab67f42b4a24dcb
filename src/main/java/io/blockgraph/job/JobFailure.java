package io.blockgraph.job;

/// A job cannot have its result, for the reason given.
public final class JobFailure extends Exception {
  private static final long serialVersionUID = 1L;
  private final transient JobError error;

  /// A failure for this reason.
  public JobFailure(JobError error) {
    super(error.code() + ": " + error.detail());
    this.error = error;
  }

  /// The reason.
  public JobError error() {
    return error;
  }
}
