package io.blockgraph.job.backup;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.DiscardablePast;
import io.blockgraph.driver.CopyBeforeWriteRules;
import io.blockgraph.driver.Watching;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.Optional;

/// The past that a backup discards as it copies it. Pure.
///
/// ```
/// backup-top ─file─> source (snapshot-access) ─file─> keeper (copy-before-write) ─target─> store
/// ```
///
/// What is discarded is neither a write of the source nor of the keeper: clients of those see what
/// they saw. It takes no permission, but nobody may read what goes: neither the source nor, beside
/// the keeper, the store.
///
/// @param keeper whose past it is
/// @param store where the keeper keeps it
record FreedPast(NodeName keeper, NodeName store) {
  private static final DriverName SNAPSHOT_ACCESS = new DriverName("snapshot-access");
  private static final ChildName STORE = new ChildName("store");

  /// What others may do with what is read and then goes.
  static final Permissions BUT_READING =
      Permissions.ALL.without(Permission.CONSISTENT_READ).without(Permission.RESIZE);

  /// Whether a node shows a point in time.
  static boolean isPast(Topology graph, NodeName node) {
    return graph.node(node).filter(it -> it.driver().equals(SNAPSHOT_ACCESS)).isPresent();
  }

  /// What `source` shows; empty when that is no point in time.
  static Optional<FreedPast> of(NodeName source, Topology graph) {
    return graph
        .node(source)
        .filter(_ -> isPast(graph, source))
        .flatMap(it -> child(it, ChildName.FILE))
        .flatMap(graph::node)
        .flatMap(
            keeper ->
                child(keeper, CopyBeforeWriteRules.TARGET)
                    .map(store -> new FreedPast(keeper.name(), store)));
  }

  private static Optional<NodeName> child(NodeSpec node, ChildName name) {
    return node.child(name).map(ChildSpec::node);
  }

  /// Why nothing of `source` can be discarded.
  static Optional<String> objection(NodeName source, Topology graph) {
    Optional<FreedPast> past = of(source, graph);
    return past.isEmpty()
        ? Optional.of(
            "node '"
                + source
                + "' is no snapshot-access node, and nothing but a point in time is discarded:"
                + " whatever else a disk holds, somebody may want to read again")
        : past.get().otherLook(source, graph);
  }

  /// Who shows the same moment takes no permission that could be refused to him.
  private Optional<String> otherLook(NodeName source, Topology graph) {
    return graph.parentsOf(keeper).stream()
        .map(Edge::parent)
        .filter(parent -> parent instanceof Parent.OfNode)
        .map(parent -> ((Parent.OfNode) parent).node())
        .filter(node -> !node.equals(source) && isPast(graph, node))
        .findFirst()
        .map(other -> "node '" + other + "' shows the same point in time as '" + source + "'");
  }

  /// In clusters of what size it can be discarded; `shown` is the disk of the source.
  static long clusterBytes(BlockIo shown) {
    return Watching.beneath(shown) instanceof DiscardablePast past ? past.clusterBytes() : 1;
  }

  /// The job's hold on the store.
  User.UserEdge hold() {
    return new User.UserEdge(
        STORE, store, new Grant(Permissions.NONE, BUT_READING), User.OnSwap.STAY);
  }

  /// Nothing comes between the job and the past, nor between that and its store.
  List<GraphEdit> freeze(NodeName filter, UserId job) {
    return List.of(
        new GraphEdit.Freeze(EdgeId.of(new Parent.OfNode(filter), ChildName.FILE), job),
        new GraphEdit.Freeze(
            EdgeId.of(new Parent.OfNode(keeper), CopyBeforeWriteRules.TARGET), job));
  }
}
