package io.blockgraph.histories;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Which nodes of a graph show the same data, and which are written when another is. Written down
/// anew for the tests, from what the drivers' pages say.
final class Layers {
  private static final Set<String> WINDOW = Set.of("offset", "size");

  private final Topology graph;
  private final Set<EdgeId> sick;

  /// @param sick edges of quorums to children that hold something else
  Layers(Topology graph, Set<EdgeId> sick) {
    this.graph = graph;
    this.sick = sick;
  }

  /// `node` and everything below it that must hold exactly the same bytes.
  Set<NodeName> same(NodeName node) {
    return closure(node, edge -> showsAll(edge) && !sick.contains(edge.id()));
  }

  /// Whether both hold the same bytes, as far as the graph tells.
  boolean agree(NodeName one, NodeName other) {
    return !Collections.disjoint(same(one), same(other));
  }

  /// The first node at or below `node` that is no filter.
  NodeName unfiltered(NodeName node) {
    return graph.childrenOf(node).stream()
        .filter(edge -> edge.roles().has(Role.FILTERED))
        .findFirst()
        .map(edge -> unfiltered(edge.child()))
        .orElse(node);
  }

  /// `node` and everything below it.
  Set<NodeName> below(NodeName node) {
    return closure(node, _ -> true);
  }

  /// `node` and everything that changes when it is written.
  Set<NodeName> written(NodeName node) {
    return closure(node, edge -> !edge.roles().has(Role.COW));
  }

  /// Whether the bytes of `node` are those a format keeps its own tables in, right above them or
  /// above filters: they change whenever the format likes.
  boolean isStorage(NodeName node) {
    Set<NodeName> shown = closure(node, edge -> !edge.roles().has(Role.METADATA));
    ArrayDeque<NodeName> open = new ArrayDeque<>(shown);
    while (!open.isEmpty()) {
      for (Edge edge : graph.parentsOf(open.remove())) {
        if (edge.roles().has(Role.METADATA)) {
          if (!graph.node(parentOf(edge)).orElseThrow().readOnly()) {
            return true;
          }
        } else if (edge.parent() instanceof Parent.OfNode(NodeName above)
            && !edge.roles().has(Role.COW)
            && shown.add(above)) {
          open.add(above);
        }
      }
    }
    return false;
  }

  /// `node` and every node above it whose content follows from it; a quorum outvotes a single
  /// child.
  Set<NodeName> above(NodeName node) {
    Set<NodeName> found = new LinkedHashSet<>();
    for (NodeSpec spec : graph.nodes()) {
      if (closure(spec.name(), edge -> !isVote(edge)).contains(node)) {
        found.add(spec.name());
      }
    }
    return found;
  }

  /// Whether the parent shows the child's bytes, all of them and nothing else.
  boolean showsAll(Edge edge) {
    if (edge.roles().has(Role.FILTERED)) {
      return true;
    }
    return isVote(edge) || isWholeRaw(edge) || isTested(edge);
  }

  private boolean isWholeRaw(Edge edge) {
    Optional<NodeSpec> parent = graph.node(parentOf(edge));
    return edge.name().equals(ChildName.FILE)
        && parent.isPresent()
        && parent.get().driver().value().equals("raw")
        && Collections.disjoint(parent.get().options().values().keySet(), WINDOW);
  }

  private boolean isTested(Edge edge) {
    return edge.name().value().equals("test") && isOf(edge, "blkverify");
  }

  /// Whether another length of `node` would change one side of two disks that are compared and not
  /// the other.
  boolean isCompared(NodeName node) {
    return graph.nodes().stream()
        .filter(above -> above.driver().value().equals("blkverify"))
        .filter(pair -> !same(node).contains(pair.name()))
        .anyMatch(pair -> !Collections.disjoint(below(pair.name()), same(node)));
  }

  /// Whether `node` stands behind what an encrypted disk is stored in: what another length makes of
  /// that disk where it shows through only the key knows.
  boolean isBehindCipher(NodeName node) {
    return graph.edges().stream()
        .filter(edge -> isOf(edge, "luks"))
        .map(Edge::child)
        .filter(storage -> Collections.disjoint(written(storage), same(node)))
        .anyMatch(storage -> !Collections.disjoint(below(storage), same(node)));
  }

  private static NodeName parentOf(Edge edge) {
    return new NodeName(edge.parent().id());
  }

  /// Whether the child is one of a quorum.
  boolean isVote(Edge edge) {
    return isOf(edge, "quorum");
  }

  private boolean isOf(Edge edge, String driver) {
    return graph
        .node(parentOf(edge))
        .filter(parent -> parent.driver().value().equals(driver))
        .isPresent();
  }

  /// The edges of quorums to their children.
  List<Edge> votes() {
    return graph.nodes().stream()
        .flatMap(node -> graph.childrenOf(node.name()).stream())
        .filter(this::isVote)
        .toList();
  }

  private Set<NodeName> closure(NodeName start, Predicate<Edge> follow) {
    Set<NodeName> found = new LinkedHashSet<>(Set.of(start));
    ArrayDeque<NodeName> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      for (Edge edge : graph.childrenOf(open.remove())) {
        if (follow.test(edge) && found.add(edge.child())) {
          open.add(edge.child());
        }
      }
    }
    return found;
  }
}
