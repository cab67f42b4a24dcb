package io.blockgraph.graph;

/// A child of a node as the node's specification names it.
///
/// @param name the edge's name within the parent
/// @param roles what the child is to the parent, as the driver says
/// @param node the child
public record ChildSpec(ChildName name, Roles roles, NodeName node) {
  /// The same child, now another node.
  public ChildSpec withNode(NodeName other) {
    return new ChildSpec(name, roles, other);
  }
}
