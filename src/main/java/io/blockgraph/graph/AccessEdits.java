package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.List;

/// Makes a node read-only or writable along with what came inline with it: a format could not be
/// written above a file that stays read-only.
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
    return List.copyOf(edits);
  }

  private static boolean isOnlyForItsParent(Topology graph, NodeName node) {
    boolean inline =
        graph.node(node).filter(spec -> spec.origin() == NodeSpec.Origin.INLINE).isPresent();
    return inline && graph.parentsOf(node).size() == 1;
  }
}
