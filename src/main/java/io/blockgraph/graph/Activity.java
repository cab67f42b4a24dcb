package io.blockgraph.graph;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The rule of inactive nodes: what an active node stands on is active. Pure.
final class Activity {
  private Activity() {}

  /// The same of what a plan has touched: only a node that was touched can be above an inactive
  /// one, or one whose child was touched.
  static Optional<Refusal> objection(Altered graph) {
    Set<NodeName> touched = new LinkedHashSet<>(graph.nodes());
    for (NodeName name : graph.nodes()) {
      NodeSpec node = graph.node(name);
      if (node != null && !node.active()) {
        graph.nodesAbove(name).forEach(above -> touched.add(above.name()));
      }
    }
    return objection(graph.members().nodes().among(touched), graph::node);
  }

  /// The first of `nodes`, all of them there, that is active above one that is not.
  static Optional<Refusal> objection(
      Collection<NodeSpec> nodes, Function<NodeName, @Nullable NodeSpec> find) {
    for (NodeSpec node : nodes) {
      if (node.active()) {
        for (ChildSpec child : node.children()) {
          NodeSpec below = find.apply(child.node());
          if (below != null && !below.active()) {
            return Optional.of(new Refusal.NodeInactive(below.name(), Optional.of(node.name())));
          }
        }
      }
    }
    return Optional.empty();
  }
}
