package io.blockgraph.engine;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Which nodes a change reaches, and in which order they are worked on. Chains may be long: nothing
/// here recurses.
final class Cone {
  private final Topology topology;
  private final Set<NodeName> nodes;
  private final ArrayDeque<NodeName> path = new ArrayDeque<>();
  private final Map<NodeName, Integer> nextChild = new HashMap<>();
  private final Set<NodeName> done = new HashSet<>();
  private final List<NodeName> order = new ArrayList<>();

  private Cone(Topology topology, Set<NodeName> nodes) {
    this.topology = topology;
    this.nodes = nodes;
  }

  /// `start` and every node above one of them.
  static Set<NodeName> upwards(Topology topology, Collection<NodeName> start) {
    return reached(start, node -> topology.parentsOf(node).stream().flatMap(Cone::upper));
  }

  /// `node` and everything below it.
  static Set<NodeName> downwards(Topology topology, NodeName node) {
    return reached(Set.of(node), at -> topology.childrenOf(at).stream().map(Edge::child));
  }

  private static Stream<NodeName> upper(Edge edge) {
    return edge.parent() instanceof Parent.OfNode(NodeName parent)
        ? Stream.of(parent)
        : Stream.empty();
  }

  /// `node` and everything below it that holds its own data: all that another length of it may
  /// reach. What backs it keeps its length.
  static Set<NodeName> ofOneLength(Topology topology, NodeName node) {
    return reached(
        Set.of(node),
        at ->
            topology.childrenOf(at).stream()
                .filter(edge -> !edge.roles().has(Role.COW))
                .map(Edge::child));
  }

  /// Whether what is written to `node` goes to the same nodes in both graphs, through whatever
  /// filters.
  static boolean isStoredAlike(NodeName node, Topology one, Topology other) {
    return stores(one, node).equals(stores(other, node));
  }

  private static Set<NodeName> stores(Topology topology, NodeName node) {
    Set<NodeName> stores = reached(Set.of(node), at -> beneath(topology, at).map(Edge::child));
    stores.removeIf(at -> beneath(topology, at).anyMatch(edge -> edge.roles().has(Role.FILTERED)));
    return stores;
  }

  /// The edges of a node to what it writes to; of a filter, to what it shows.
  private static Stream<Edge> beneath(Topology topology, NodeName node) {
    List<Edge> edges = topology.childrenOf(node);
    List<Edge> shown = edges.stream().filter(edge -> edge.roles().has(Role.FILTERED)).toList();
    return shown.isEmpty()
        ? edges.stream().filter(edge -> !edge.roles().has(Role.COW))
        : shown.stream();
  }

  /// `start` and all that is come to from there, the nearest first.
  private static Set<NodeName> reached(
      Collection<NodeName> start, Function<NodeName, Stream<NodeName>> next) {
    Set<NodeName> found = new LinkedHashSet<>(start);
    ArrayDeque<NodeName> open = new ArrayDeque<>(start);
    while (!open.isEmpty()) {
      next.apply(open.removeFirst()).filter(found::add).forEach(open::addLast);
    }
    return found;
  }

  /// `nodes` so that every node comes behind all of its children that are among them.
  static List<NodeName> childrenFirst(Topology topology, Set<NodeName> nodes) {
    Cone cone = new Cone(topology, nodes);
    for (NodeName start : nodes) {
      cone.path.push(start);
      while (!cone.path.isEmpty()) {
        cone.step(cone.path.getFirst());
      }
    }
    return cone.order;
  }

  /// Goes down to the next child of `node`, or back up when there is none left.
  private void step(NodeName node) {
    List<Edge> children = topology.childrenOf(node);
    int index = nextChild.merge(node, 1, Integer::sum) - 1;
    if (done.contains(node) || index >= children.size()) {
      path.pop();
      if (done.add(node)) {
        order.add(node);
      }
      return;
    }
    NodeName child = children.get(index).child();
    if (nodes.contains(child) && !done.contains(child)) {
      path.push(child);
    }
  }
}
