package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Nodes that a job or a replication owns: those it has an edge to. Nobody else may resize them or
/// mirror from or to them, nor snapshot them but for what [OverlayPlace] says.
public final class Busy {
  private Busy() {}

  /// [Refusal.NodeNotFound] when `node` is not there, [Refusal.NodeBusy] when somebody owns it,
  /// [Refusal.NodeInactive] when it is handed over.
  public static Optional<Refusal> objection(Topology graph, NodeName node) {
    Optional<NodeSpec> spec = graph.node(node);
    if (spec.isEmpty()) {
      return Optional.of(new Refusal.NodeNotFound(node));
    }
    return spec.get().active()
        ? ownership(graph, node)
        : Optional.of(new Refusal.NodeInactive(node, Optional.empty()));
  }

  /// [Refusal.NodeBusy] when somebody owns the node.
  public static Optional<Refusal> ownership(Topology graph, NodeName node) {
    return owned(graph, node)
        .findFirst()
        .map(who -> new Refusal.NodeBusy(node, who.user(), who.kind()));
  }

  /// Those who own the node.
  static Set<UserId> owners(Topology graph, NodeName node) {
    return owned(graph, node).map(Parent.OfUser::user).collect(Collectors.toSet());
  }

  private static Stream<Parent.OfUser> owned(Topology graph, NodeName node) {
    return graph.parentsOf(node).stream()
        .map(Edge::parent)
        .filter(Parent.OfUser.class::isInstance)
        .map(Parent.OfUser.class::cast)
        .filter(user -> user.kind().owns());
  }

  /// Freezes every edge between two of `nodes` that `owner` owns, so that nobody takes apart what
  /// it stands on.
  public static List<GraphEdit> freezes(User owner, Collection<NodeSpec> nodes) {
    Set<NodeName> owned =
        owner.edges().stream().map(User.UserEdge::node).collect(Collectors.toSet());
    List<GraphEdit> freezes = new ArrayList<>();
    for (NodeSpec node : nodes) {
      if (owned.contains(node.name())) {
        Parent upper = new Parent.OfNode(node.name());
        node.children().stream()
            .filter(child -> owned.contains(child.node()))
            .map(child -> EdgeId.of(upper, child.name()))
            .forEach(edge -> freezes.add(new GraphEdit.Freeze(edge, owner.id())));
      }
    }
    return freezes;
  }
}
