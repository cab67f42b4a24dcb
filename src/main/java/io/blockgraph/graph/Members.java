package io.blockgraph.graph;

import java.util.Comparator;

/// The nodes and users of a graph in the order they came. Immutable; changes share what they leave.
record Members(Ordered<NodeName, NodeSpec> nodes, Ordered<UserId, User> users) {
  static final Members NONE = new Members(Ordered.empty(), Ordered.empty());

  Members with(NodeSpec node) {
    return new Members(nodes.with(node.name(), node), users);
  }

  Members with(User user) {
    return new Members(nodes, users.with(user.id(), user));
  }

  Members without(NodeName node) {
    return new Members(nodes.without(node), users);
  }

  Members without(UserId user) {
    return new Members(nodes, users.without(user));
  }

  /// The order of edges: those of nodes first, in the order of the nodes, then those of users.
  /// Edges of one parent are equal.
  Comparator<Edge> byParent() {
    return Comparator.<Edge>comparingInt(edge -> edge.parent() instanceof Parent.OfNode ? 0 : 1)
        .thenComparingLong(edge -> place(edge.parent()));
  }

  /// Whether `parent` comes where it comes in `other`; not when it went and came again.
  boolean haveAsIn(Members other, Parent parent) {
    return other.has(parent) && other.place(parent) == place(parent);
  }

  private boolean has(Parent parent) {
    return switch (parent) {
      case Parent.OfNode(NodeName node) -> nodes.has(node);
      case Parent.OfUser(UserId user, User.Kind _) -> users.has(user);
    };
  }

  private long place(Parent parent) {
    return switch (parent) {
      case Parent.OfNode(NodeName node) -> nodes.place(node);
      case Parent.OfUser(UserId user, User.Kind _) -> users.place(user);
    };
  }
}
