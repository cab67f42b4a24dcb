package io.blockgraph.job.replication;

import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import java.util.Set;

/// Why a replication did not do what was asked. Nothing has changed.
public sealed interface ReplicationRejection {
  /// The graph stands against it.
  record Graph(Rejection reason) implements ReplicationRejection {}

  /// The node has another driver.
  record NotAReplication(NodeName node, DriverName driver) implements ReplicationRejection {}

  /// The verb is none of those that are `allowed` in this stage.
  record VerbNotAllowed(
      NodeName node, Mode mode, Stage stage, ReplicationVerb verb, Set<ReplicationVerb> allowed)
      implements ReplicationRejection {
    /// Copies `allowed`.
    public VerbNotAllowed {
      allowed = Set.copyOf(allowed);
    }
  }

  /// What is below the node is not built as a secondary must be; `at` is the node where it is not.
  record WrongShape(NodeName node, NodeName at, String reason) implements ReplicationRejection {}

  /// A disk that must be empty holds something of its own.
  record NotEmpty(NodeName node, NodeName disk, long bytes) implements ReplicationRejection {}

  /// The secondary may lack a write of the primary, and nobody said that this is known.
  record LostWrites(NodeName node, String error) implements ReplicationRejection {}
}
