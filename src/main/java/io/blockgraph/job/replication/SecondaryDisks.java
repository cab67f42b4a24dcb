package io.blockgraph.job.replication;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import java.util.List;
import java.util.Optional;

/// The three disks of a secondary, as they stand in the graph.
///
///     replication ── file ──> active ── backing ──> hidden ── backing ──> secondary
///
/// @param active takes the secondary's own writes
/// @param hidden keeps what the primary has overwritten
/// @param secondary takes the primary's writes
public record SecondaryDisks(NodeName active, NodeName hidden, NodeName secondary) {
  /// The disks below a replication node, or the node at which they are not built so.
  static ReplicationResult<SecondaryDisks> below(NodeSpec replication, Topology graph) {
    NodeName active = replication.child(ChildName.FILE).orElseThrow().node();
    Optional<NodeName> hidden = backing(active, graph);
    if (hidden.isEmpty()) {
      return wrong(replication, active, "the active disk has no backing disk");
    }
    Optional<NodeName> secondary = backing(hidden.get(), graph);
    return secondary.isEmpty()
        ? wrong(replication, hidden.get(), "the hidden disk has no backing disk")
        : new ReplicationResult.Done<>(new SecondaryDisks(active, hidden.get(), secondary.get()));
  }

  private static Optional<NodeName> backing(NodeName node, Topology graph) {
    return graph.node(node).orElseThrow().children().stream()
        .filter(child -> child.roles().has(Role.COW))
        .map(ChildSpec::node)
        .findFirst();
  }

  private static ReplicationResult<SecondaryDisks> wrong(
      NodeSpec replication, NodeName at, String reason) {
    return new ReplicationResult.Rejected<>(
        new ReplicationRejection.WrongShape(replication.name(), at, reason));
  }

  /// All three from the top down.
  List<NodeName> all() {
    return List.of(active, hidden, secondary);
  }
}
