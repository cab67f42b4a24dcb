package io.blockgraph.job;

/// How a job is cancelled.
public enum CancelMode {
  /// A job that is ready ends with its copy complete and kept, without making it the disk in use;
  /// others are forced.
  SOFT,
  /// It ends at once, without a result.
  FORCE
}
