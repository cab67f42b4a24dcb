package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;

/// Why a change cannot be, with the names that stand in the way. Every refusal leaves the graph as
/// it was.
public sealed interface Refusal {
  /// No node of this name.
  record NodeNotFound(NodeName node) implements Refusal {}

  /// No user of this id.
  record UserNotFound(UserId user) implements Refusal {}

  /// No edge of this id.
  record EdgeNotFound(EdgeId edge) implements Refusal {}

  /// The name is taken by a node or a user (one namespace); `by` says what it is: `node`, `export`,
  /// `job`, `replication`, `command`.
  record NameInUse(String name, String by) implements Refusal {}

  /// No driver of this name.
  record UnknownDriver(NodeName node, DriverName driver) implements Refusal {}

  /// The shape of a node breaks a rule of roles or of its driver.
  record BadShape(NodeName node, String reason) implements Refusal {}

  /// The node still has parents.
  record NodeInUse(NodeName node, List<Edge> parents) implements Refusal {
    /// Copies `parents`.
    public NodeInUse {
      parents = List.copyOf(parents);
    }
  }

  /// A job, or a replication, owns the node; `kind` says which of them.
  record NodeBusy(NodeName node, UserId owner, User.Kind kind) implements Refusal {
    /// A job owns the node.
    public NodeBusy(NodeName node, UserId job) {
      this(node, job, User.Kind.JOB);
    }
  }

  /// Two parents of a node do not get along: `requiring` takes `missing`, `unsharing` does not
  /// share it.
  record PermissionConflict(NodeName node, Permissions missing, Edge requiring, Edge unsharing)
      implements Refusal {}

  /// A parent would write to a read-only node.
  record NodeReadOnly(NodeName node, Permissions wanted, Edge requiring) implements Refusal {}

  /// The node is inactive; `above` is the active node, or the request, that wants to use it.
  record NodeInactive(NodeName node, Optional<NodeName> above) implements Refusal {}

  /// The edges, in order, would lead from a node back to itself.
  record WouldCycle(List<Edge> cycle) implements Refusal {
    /// Copies `cycle`.
    public WouldCycle {
      cycle = List.copyOf(cycle);
    }
  }

  /// A job, or a replication, has frozen the edge; `kind` says which of them.
  record EdgeFrozen(Edge edge, UserId by, User.Kind kind) implements Refusal {
    /// A job has frozen the edge.
    public EdgeFrozen(Edge edge, UserId by) {
      this(edge, by, User.Kind.JOB);
    }
  }

  /// The chain below `node` is longer than allowed.
  record TooDeep(NodeName node, int limit) implements Refusal {}

  /// The node to replace shows no data of the source: `stop` is the node below which the recursion
  /// did not look.
  record ReplaceNotCovered(NodeName source, NodeName replaced, NodeName stop) implements Refusal {}

  /// Replacing the node at the end of `vote`, a quorum's edge, would change data under somebody who
  /// cares: `other` reads it or does not share WRITE.
  record ReplaceWouldChangeData(Edge vote, Edge other, Permissions cares) implements Refusal {}

  /// Replacing would not do what was asked: a loop, or nothing would move; `edges` are in the way.
  record ReplaceWouldLoop(NodeName replaced, NodeName target, List<Edge> edges) implements Refusal {
    /// Copies `edges`.
    public ReplaceWouldLoop {
      edges = List.copyOf(edges);
    }
  }

  /// A node would be mirrored into itself: the target is below or above the source through filters.
  record SelfMirror(NodeName source, NodeName target) implements Refusal {}

  /// `wanted` does not lie below `node` in its backing chain.
  record NotInChain(NodeName node, NodeName wanted) implements Refusal {}

  /// The edge leads to another node than the one it was named for.
  record EdgeElsewhere(Edge edge, NodeName wanted) implements Refusal {}

  /// The edge is how a job, or a replication, does its work and stays where it is; `kind` says
  /// which of them. A filter can be put at one of `instead`.
  record JobEdgeFixed(Edge edge, UserId user, User.Kind kind, List<EdgeId> instead)
      implements Refusal {
    /// Copies `instead`.
    public JobEdgeFixed {
      instead = List.copyOf(instead);
    }
  }

  /// The node is no filter.
  record NotAFilter(NodeName node, DriverName driver) implements Refusal {}

  /// The filter shows `shown`, not `wanted`.
  record FilterElsewhere(NodeName filter, NodeName shown, NodeName wanted) implements Refusal {}

  /// The overlay is read by somebody already.
  record OverlayInUse(NodeName overlay, Edge reader) implements Refusal {}

  /// A filter cannot be an overlay.
  record OverlayIsFilter(NodeName overlay, DriverName driver) implements Refusal {}

  /// The overlay has a backing disk already.
  record OverlayHasBacking(NodeName overlay, NodeName backing) implements Refusal {}

  /// The overlay's driver has no backing disks.
  record BackingUnsupported(NodeName overlay, DriverName driver) implements Refusal {}

  /// A node has several sides that show the same, and only one of them would be changed.
  record SidesWouldDiffer(NodeName node, DriverName driver) implements Refusal {}

  /// The overlay stores its data in the very node that would become its backing disk.
  record OverlaySharesStorage(NodeName overlay, NodeName node) implements Refusal {}
}
