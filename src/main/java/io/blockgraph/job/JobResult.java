package io.blockgraph.job;

/// What became of something asked of a job, or of the request to start one.
public sealed interface JobResult<T> {
  /// It was done.
  record Done<T>(T value) implements JobResult<T> {}

  /// It was refused; nothing has changed.
  record Rejected<T>(JobRejection reason) implements JobResult<T> {}
}
