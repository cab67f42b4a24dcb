package io.blockgraph.job.replication;

import java.util.Locale;

/// What can be asked of a replication.
public enum ReplicationVerb {
  /// From now on the secondary keeps what the primary overwrites.
  START,
  /// The secondary shows what the primary has written.
  CHECKPOINT,
  /// The secondary becomes a disk of its own, as it is; the primary is shut out.
  FAILOVER,
  /// Ends it.
  STOP;

  /// The word used over HTTP: `checkpoint`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The verb of that word.
  ///
  /// @throws IllegalArgumentException when there is none
  public static ReplicationVerb of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
