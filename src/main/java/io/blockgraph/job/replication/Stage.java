package io.blockgraph.job.replication;

import static io.blockgraph.job.replication.ReplicationVerb.CHECKPOINT;
import static io.blockgraph.job.replication.ReplicationVerb.START;
import static io.blockgraph.job.replication.ReplicationVerb.STOP;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// How far a replication is, and what may be asked of it there.
///
///     NONE --start--> RUNNING --failover--> FAILOVER --stop--> DONE
///                      |   ^ |                                   |
///           checkpoint v   | `--stop--> STOPPING --> DONE        `--start--> RUNNING
///                  CHECKPOINTING
///
/// CHECKPOINTING and STOPPING are remembered before the first of the two disks is emptied and left
/// when both are; a service that dies between empties them when it starts again.
public enum Stage {
  /// It has not begun.
  NONE,
  /// It is under way.
  RUNNING,
  /// The two disks of a secondary are being emptied; it goes on then.
  CHECKPOINTING,
  /// The two disks of a secondary are being emptied; it has ended then.
  STOPPING,
  /// A secondary has taken over, and the primary is kept out; a primary has lost its secondary.
  FAILOVER,
  /// It has ended.
  DONE,
  /// It ran and cannot go on; the reason is told. Never remembered: it follows from what is found
  /// when the service starts.
  FAILED;

  /// The word used over HTTP: `running`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Stage of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }

  /// What may be asked of a node of that mode in this stage.
  public Set<ReplicationVerb> verbs(Mode mode) {
    return switch (this) {
      case NONE, DONE -> EnumSet.of(START);
      case RUNNING -> EnumSet.of(CHECKPOINT, ReplicationVerb.FAILOVER, STOP);
      case CHECKPOINTING -> EnumSet.of(CHECKPOINT, STOP);
      case STOPPING -> EnumSet.of(STOP);
      case FAILOVER, FAILED -> mode == Mode.PRIMARY ? EnumSet.of(START, STOP) : EnumSet.of(STOP);
    };
  }

  /// Whether disks are being emptied.
  boolean isEmptying() {
    return this == CHECKPOINTING || this == STOPPING;
  }
}
