package io.blockgraph.graph;

import java.util.List;
import java.util.stream.Stream;

/// What differs between two graphs.
///
/// @param nodesAdded nodes only the second has
/// @param nodesRemoved nodes only the first has
/// @param nodesChanged nodes whose specification differs, as the second has them
/// @param usersAdded users only the second has
/// @param usersRemoved users only the first has
/// @param usersChanged users for whom something else is remembered, as the second has them
/// @param edgesAdded edges only the second has
/// @param edgesRemoved edges only the first has
/// @param edgesChanged edges that lead elsewhere, take or share something else, or are frozen by
///   another
public record GraphDiff(
    List<NodeSpec> nodesAdded,
    List<NodeSpec> nodesRemoved,
    List<NodeSpec> nodesChanged,
    List<User> usersAdded,
    List<User> usersRemoved,
    List<User> usersChanged,
    List<Edge> edgesAdded,
    List<Edge> edgesRemoved,
    List<EdgeChange> edgesChanged) {

  /// What differs between `before` and `after`; added and changed in the order of `after`, removed
  /// in that of `before`. Costs what was touched where the one was planned from the other.
  public static GraphDiff between(Topology before, Topology after) {
    return new Comparison(before, after).diff();
  }

  /// Whether nothing differs.
  public boolean isEmpty() {
    return Stream.of(
            nodesAdded,
            nodesRemoved,
            nodesChanged,
            usersAdded,
            usersRemoved,
            usersChanged,
            edgesAdded,
            edgesRemoved,
            edgesChanged)
        .allMatch(List::isEmpty);
  }

  /// An edge before and after.
  public record EdgeChange(Edge before, Edge after) {}
}
