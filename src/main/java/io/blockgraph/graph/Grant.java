package io.blockgraph.graph;

/// What an edge takes for its parent and what it shares with all other parents of the child.
///
/// @param taken what the parent may do
/// @param shared what the parent allows the other parents to do
public record Grant(Permissions taken, Permissions shared) {
  /// Takes nothing and shares everything; also the cumulative grant of a node without parents.
  public static final Grant IDLE = new Grant(Permissions.NONE, Permissions.ALL);

  /// What two edges onto the same node amount to: taken by either, shared by both.
  public Grant and(Grant other) {
    return new Grant(taken.union(other.taken), shared.intersect(other.shared));
  }
}
