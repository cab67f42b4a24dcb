package io.blockgraph.graph;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// How far down chains reach after a plan: measured anew for the nodes whose children it changed
/// and for those above them, which are the only ones that can be in a new cycle.
///
/// Children come before parents. A node on a cycle, or above one, never has its turn.
final class Heights {
  private final Altered graph;

  /// The nodes to measure, each with those above it.
  private final Map<NodeName, List<NodeSpec>> above = new LinkedHashMap<>();

  private final Map<NodeName, Integer> open = new HashMap<>();
  private final ArrayDeque<NodeName> ready = new ArrayDeque<>();
  private final Map<NodeName, Integer> measured = new HashMap<>();

  private Heights(Altered graph) {
    this.graph = graph;
  }

  /// The heights in `graph`, where every child is there; empty when there is a cycle.
  static Optional<Heights> of(Altered graph) {
    Heights heights = new Heights(graph);
    heights.reach();
    heights.measure();
    return heights.measured.size() == heights.above.size()
        ? Optional.of(heights)
        : Optional.empty();
  }

  private void reach() {
    ArrayDeque<NodeName> next = new ArrayDeque<>();
    graph.nodes().stream().filter(this::hasOtherChildren).forEach(next::add);
    while (!next.isEmpty()) {
      NodeName node = next.remove();
      if (!above.containsKey(node)) {
        List<NodeSpec> parents = graph.nodesAbove(node);
        above.put(node, parents);
        parents.forEach(parent -> next.add(parent.name()));
      }
    }
  }

  private boolean hasOtherChildren(NodeName name) {
    NodeSpec now = graph.node(name);
    return now != null
        && graph.before().node(name).filter(old -> old.children().equals(now.children())).isEmpty();
  }

  private void measure() {
    for (NodeName node : above.keySet()) {
      int below =
          (int) spec(node).children().stream().filter(c -> above.containsKey(c.node())).count();
      open.put(node, below);
      if (below == 0) {
        ready.add(node);
      }
    }
    while (!ready.isEmpty()) {
      NodeName node = ready.remove();
      measured.put(node, measure(spec(node)));
      above.getOrDefault(node, List.of()).forEach(parent -> standsOn(parent, node));
    }
  }

  private int measure(NodeSpec node) {
    int below = 0;
    for (ChildSpec child : node.children()) {
      below = Math.max(below, of(child.node()));
    }
    return below + 1;
  }

  private void standsOn(NodeSpec parent, NodeName measuredNode) {
    int edges = (int) parent.children().stream().filter(c -> c.node().equals(measuredNode)).count();
    if (open.merge(parent.name(), -edges, Integer::sum) == 0) {
      ready.add(parent.name());
    }
  }

  private NodeSpec spec(NodeName node) {
    return Objects.requireNonNull(graph.node(node));
  }

  /// The height of a node.
  int of(NodeName node) {
    Integer own = measured.get(node);
    return own == null ? graph.before().heightOf(node) : own;
  }

  /// The nodes that are higher than `limit`, when none was before.
  List<NodeName> higherThan(int limit) {
    return above.keySet().stream().filter(node -> of(node) > limit).toList();
  }

  /// The nodes that were measured.
  Set<NodeName> reached() {
    return Collections.unmodifiableSet(above.keySet());
  }

  /// `wires` with the heights of what is there now.
  Wires in(Wires wires) {
    Map<NodeName, Integer> changed = new HashMap<>(measured);
    graph.nodes().stream()
        .filter(node -> graph.node(node) == null)
        .forEach(node -> changed.put(node, 1));
    return wires.withHeights(changed);
  }
}
