package io.blockgraph.job.replication;

/// What became of a request to a replication: a value, or the reason why nothing has happened.
public sealed interface ReplicationResult<T> {
  /// It was done.
  record Done<T>(T value) implements ReplicationResult<T> {}

  /// It was refused.
  record Rejected<T>(ReplicationRejection reason) implements ReplicationResult<T> {}
}
