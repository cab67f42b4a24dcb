package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Makes a node read-only or writable along with what came inline with it, since a format could not
/// be written above a file that stays read-only, and with the filters that jobs have above it,
/// which are as writable as what they show.
public final class AccessEdits {
  private AccessEdits() {}

  /// The edits for `node`, and for the inline nodes below it that nobody else uses. Backing disks
  /// stay as they are.
  public static List<GraphEdit> of(Topology graph, NodeName node, NodeSpec.Access access) {
    List<GraphEdit> edits = new ArrayList<>();
    edits.add(new GraphEdit.SetAccess(node, access));
    for (Edge edge : graph.childrenOf(node)) {
      if (!edge.roles().has(Role.COW) && isOnlyForItsParent(graph, edge.child())) {
        edits.addAll(of(graph, edge.child(), access));
      }
    }
    return edits;
  }

  /// The same, and the edits for the filters that jobs have above `node`.
  public static List<GraphEdit> withFilters(Topology graph, NodeName node, NodeSpec.Access access) {
    List<GraphEdit> edits = new ArrayList<>(of(graph, node, access));
    Optional<NodeName> filter = implicitFilter(graph, node);
    while (filter.isPresent()) {
      edits.add(new GraphEdit.SetAccess(filter.get(), access));
      filter = implicitFilter(graph, filter.get());
    }
    return List.copyOf(edits);
  }

  private static Optional<NodeName> implicitFilter(Topology graph, NodeName node) {
    return graph.parentsOf(node).stream()
        .filter(edge -> edge.roles().has(Role.FILTERED))
        .flatMap(
            edge -> edge.parent() instanceof Parent.OfNode(NodeName p) ? Stream.of(p) : Stream.of())
        .filter(
            parent ->
                graph
                    .node(parent)
                    .filter(spec -> spec.origin() == NodeSpec.Origin.IMPLICIT)
                    .isPresent())
        .findFirst();
  }

  private static boolean isOnlyForItsParent(Topology graph, NodeName node) {
    boolean inline =
        graph.node(node).filter(spec -> spec.origin() == NodeSpec.Origin.INLINE).isPresent();
    return inline && graph.parentsOf(node).size() == 1;
  }
}
