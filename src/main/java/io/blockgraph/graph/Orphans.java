package io.blockgraph.graph;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The INLINE nodes that nobody uses any more after the edits of a plan. One thread.
final class Orphans {
  private final Altered graph;
  private final Deque<NodeName> open = new ArrayDeque<>();

  /// Those of `graph`, in their order, as the first to go.
  Orphans(Altered graph) {
    this.graph = graph;
    graph.members().nodes().among(perhapsUnused()).forEach(this::addIfOrphan);
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  NodeName next() {
    return open.getFirst();
  }

  /// The next has gone; what only it used goes behind the others.
  void gone(NodeSpec orphan) {
    open.removeFirst();
    for (NodeName child : childrenOf(orphan)) {
      if (graph.node(child) instanceof NodeSpec below) {
        addIfOrphan(below);
      }
    }
  }

  private void addIfOrphan(NodeSpec node) {
    if (node.origin() == NodeSpec.Origin.INLINE && !graph.isUsed(node.name())) {
      open.add(node.name());
    }
  }

  /// What was touched, and what was used by it before: nothing else can have lost its last user.
  private Set<NodeName> perhapsUnused() {
    Set<NodeName> all = new LinkedHashSet<>(graph.nodes());
    for (NodeName node : graph.nodes()) {
      graph.before().childrenOf(node).forEach(edge -> all.add(edge.child()));
    }
    for (UserId user : graph.users()) {
      graph.before().edgesOf(user).forEach(edge -> all.add(edge.child()));
    }
    return all;
  }

  /// Each child once, where it stands last.
  private static List<NodeName> childrenOf(NodeSpec node) {
    LinkedHashSet<NodeName> children = new LinkedHashSet<>();
    node.children().forEach(child -> children.addLast(child.node()));
    return List.copyOf(children);
  }
}
