package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.pcollections.HashTreePMap;
import org.pcollections.HashTreePSet;
import org.pcollections.PMap;
import org.pcollections.PSet;

/// The edges of a graph from either end, and what follows from them. Immutable; changes share what
/// they leave. Who has nothing to be told of is in none of the maps.
///
/// @param below the edges that lead out of a node or user, by its id
/// @param above the edges that lead to a node: those of nodes, then those of users, in their order
/// @param heights of nodes that have children: how many nodes the longest chain down has, with them
/// @param frozen the edges that a user has frozen
record Wires(
    PMap<String, List<Edge>> below,
    PMap<NodeName, List<Edge>> above,
    PMap<NodeName, Integer> heights,
    PMap<UserId, PSet<EdgeId>> frozen) {
  static final Wires NONE =
      new Wires(
          HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty(), HashTreePMap.empty());

  /// Out of all edges of a graph in their order; `heights` as above.
  static Wires of(Collection<Edge> edges, Map<NodeName, Integer> heights) {
    Map<String, List<Edge>> below = new HashMap<>();
    Map<NodeName, List<Edge>> above = new HashMap<>();
    PMap<UserId, PSet<EdgeId>> frozen = HashTreePMap.empty();
    for (Edge edge : edges) {
      below.computeIfAbsent(edge.parent().id(), _ -> new ArrayList<>(2)).add(edge);
      above.computeIfAbsent(edge.child(), _ -> new ArrayList<>(2)).add(edge);
      if (edge.frozenBy().isPresent()) {
        frozen = frozen(frozen, edge.frozenBy().get(), edge.id());
      }
    }
    below.replaceAll((_, list) -> Collections.unmodifiableList(list));
    above.replaceAll((_, list) -> Collections.unmodifiableList(list));
    return new Wires(
        HashTreePMap.from(below), HashTreePMap.from(above), HashTreePMap.from(heights), frozen);
  }

  /// The same with other edges out of these nodes and users; an empty list is for one without any.
  Wires withBelow(Map<String, List<Edge>> changed) {
    return new Wires(replaced(below, changed), above, heights, frozen);
  }

  /// The same with other edges to these nodes; an empty list is for one without any.
  Wires withAbove(Map<NodeName, List<Edge>> changed) {
    return new Wires(below, replaced(above, changed), heights, frozen);
  }

  private static <K> PMap<K, List<Edge>> replaced(
      PMap<K, List<Edge>> map, Map<K, List<Edge>> changed) {
    PMap<K, List<Edge>> next = map;
    for (Map.Entry<K, List<Edge>> change : changed.entrySet()) {
      next =
          change.getValue().isEmpty()
              ? next.minus(change.getKey())
              : next.plus(change.getKey(), change.getValue());
    }
    return next;
  }

  /// The same with other heights of these nodes; 1 is that of a node without children, or of none.
  Wires withHeights(Map<NodeName, Integer> changed) {
    PMap<NodeName, Integer> next = heights;
    for (Map.Entry<NodeName, Integer> change : changed.entrySet()) {
      next =
          change.getValue() == 1
              ? next.minus(change.getKey())
              : next.plus(change.getKey(), change.getValue());
    }
    return new Wires(below, above, next, frozen);
  }

  /// The same with an edge frozen by another, or by nobody.
  Wires refrozen(EdgeId edge, Optional<UserId> from, Optional<UserId> to) {
    PMap<UserId, PSet<EdgeId>> next = frozen;
    if (from.isPresent()) {
      PSet<EdgeId> left = frozenBy(from.get()).minus(edge);
      next = left.isEmpty() ? next.minus(from.get()) : next.plus(from.get(), left);
    }
    if (to.isPresent()) {
      next = frozen(next, to.get(), edge);
    }
    return new Wires(below, above, heights, next);
  }

  private static PMap<UserId, PSet<EdgeId>> frozen(
      PMap<UserId, PSet<EdgeId>> all, UserId by, EdgeId edge) {
    return all.plus(by, all.getOrDefault(by, HashTreePSet.empty()).plus(edge));
  }

  PSet<EdgeId> frozenBy(UserId user) {
    return frozen.getOrDefault(user, HashTreePSet.empty());
  }
}
