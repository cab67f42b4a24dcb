package io.blockgraph.job.copy;

import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.Walks;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The images that what is written to a target ends up in, and what backs each: the target itself,
/// or what lies below its filters, or the children of a quorum.
///
/// @param backings for each image that can have a backing disk the one it has
public record TargetImages(Map<NodeName, Optional<NodeName>> backings) {
  /// Copies `backings`.
  public TargetImages {
    backings = Map.copyOf(backings);
  }

  /// The images of `target`, which may be gone from the graph.
  public static TargetImages of(NodeName target, Topology graph, RuleBook rules) {
    Map<NodeName, Optional<NodeName>> backings = new LinkedHashMap<>();
    Walks walks = new Walks(graph, rules);
    Deque<NodeName> open = new ArrayDeque<>();
    graph.node(target).map(NodeSpec::name).ifPresent(open::add);
    while (!open.isEmpty()) {
      NodeSpec node = graph.node(open.remove()).orElseThrow();
      if (rules.rulesOf(node.driver()).orElseThrow().supportsBacking()) {
        backings.put(node.name(), walks.cowChild(node.name()));
      } else {
        node.children().stream().filter(TargetImages::takesData).forEach(c -> open.add(c.node()));
      }
    }
    return new TargetImages(backings);
  }

  private static boolean takesData(ChildSpec child) {
    return child.roles().has(Role.FILTERED) || child.roles().has(Role.DATA);
  }

  /// Whether each image has a backing disk, and there is one at all.
  public boolean allBacked() {
    return !backings.isEmpty() && backings.values().stream().allMatch(Optional::isPresent);
  }
}
