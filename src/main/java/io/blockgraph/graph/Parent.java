package io.blockgraph.graph;

/// The upper end of an edge.
public sealed interface Parent {
  /// A node that uses another node.
  record OfNode(NodeName node) implements Parent {}

  /// A user of the graph.
  record OfUser(UserId user, User.Kind kind) implements Parent {}

  /// The name or id of it.
  default String id() {
    return switch (this) {
      case OfNode(NodeName node) -> node.value();
      case OfUser(UserId user, User.Kind _) -> user.value();
    };
  }

  /// How a sentence speaks of it: `node 'q'`, `export 'x'`.
  default String described() {
    return switch (this) {
      case OfNode(NodeName node) -> "node '" + node + "'";
      case OfUser(UserId user, User.Kind kind) -> kind.word() + " '" + user + "'";
    };
  }
}
