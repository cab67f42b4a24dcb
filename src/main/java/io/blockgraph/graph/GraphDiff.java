package io.blockgraph.graph;

import java.util.List;

/// What differs between two graphs.
///
/// @param nodesAdded nodes only the second has
/// @param nodesRemoved nodes only the first has
/// @param nodesChanged nodes whose specification differs, as the second has them
/// @param usersAdded users only the second has
/// @param usersRemoved users only the first has
/// @param edgesAdded edges only the second has
/// @param edgesRemoved edges only the first has
/// @param edgesChanged edges that lead elsewhere, or take or share something else
public record GraphDiff(
    List<NodeSpec> nodesAdded,
    List<NodeSpec> nodesRemoved,
    List<NodeSpec> nodesChanged,
    List<User> usersAdded,
    List<User> usersRemoved,
    List<Edge> edgesAdded,
    List<Edge> edgesRemoved,
    List<EdgeChange> edgesChanged) {

  /// An edge before and after.
  public record EdgeChange(Edge before, Edge after) {}
}
