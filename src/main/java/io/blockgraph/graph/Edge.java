package io.blockgraph.graph;

import java.util.Optional;

/// A parent's use of a node, with the permissions that follow from the rules.
///
/// @param parent who uses
/// @param name the child's name in the parent
/// @param child the node that is used
/// @param roles what the child is to the parent (none for users)
/// @param grant what the edge takes and shares
/// @param frozenBy the job that forbids that this edge changes
public record Edge(
    Parent parent,
    ChildName name,
    NodeName child,
    Roles roles,
    Grant grant,
    Optional<UserId> frozenBy) {
  /// The stable id.
  public EdgeId id() {
    return EdgeId.of(parent, name);
  }

  /// How a sentence speaks of it: `edge 'q:children.1' of node 'q'`.
  public String described() {
    return "edge '" + id() + "' of " + parent.described();
  }
}
