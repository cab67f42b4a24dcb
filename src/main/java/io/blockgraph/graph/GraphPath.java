package io.blockgraph.graph;

import java.util.Optional;

/// A way down from a node by the names of edges: root `quorum0`, path `/children.1/file`; `/` is
/// the root itself.
///
/// The root and all nodes but the last must be there; that the last is missing is an answer, not a
/// mistake, so that a caller can say "this node has no backing disk".
///
/// @param root the name of the node to start from, as the caller wrote it
/// @param path the names of edges, each after a `/`
public record GraphPath(String root, String path) {
  /// Where a path leads.
  public sealed interface Destination {
    /// To this node.
    record Found(NodeName node) implements Destination {}

    /// Nowhere: `upper` is there and has no child of the last name.
    record NoLeaf(NodeName upper) implements Destination {}

    /// The path is not one: it does not start with a `/`, or a name is empty.
    record Malformed(String reason) implements Destination {}

    /// The root, or a node on the way, is not there.
    record NoWay(String reason) implements Destination {}
  }

  /// Where the path leads in `graph`; reasons name root and path.
  public Destination in(Topology graph) {
    if (!path.startsWith("/")) {
      return new Destination.Malformed(described() + " does not start with '/'");
    }
    if (!NodeName.isWellFormed(root) || graph.node(new NodeName(root)).isEmpty()) {
      return new Destination.NoWay(described() + " has no root: there is no node '" + root + "'");
    }
    NodeName start = new NodeName(root);
    return path.equals("/")
        ? new Destination.Found(start)
        : follow(graph, start, path.substring(1).split("/", -1));
  }

  private Destination follow(Topology graph, NodeName start, String[] steps) {
    NodeName at = start;
    for (int i = 0; i < steps.length; i++) {
      String step = steps[i];
      if (step.isEmpty()) {
        return new Destination.Malformed(described() + " has an empty name");
      }
      Optional<NodeName> next = child(graph, at, step);
      if (next.isEmpty()) {
        return i == steps.length - 1
            ? new Destination.NoLeaf(at)
            : new Destination.NoWay(
                described() + " ends early: node '" + at + "' has no child '" + step + "'");
      }
      at = next.get();
    }
    return new Destination.Found(at);
  }

  private static Optional<NodeName> child(Topology graph, NodeName node, String name) {
    return graph.childrenOf(node).stream()
        .filter(edge -> edge.name().value().equals(name))
        .map(Edge::child)
        .findFirst();
  }

  private String described() {
    return "path '" + path + "' from root '" + root + "'";
  }
}
