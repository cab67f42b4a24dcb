package io.blockgraph.graph;

import java.util.Set;

/// One step of a change. A list of them is applied as a whole: only the result has to be valid, not
/// what lies between.
public sealed interface GraphEdit {
  /// Adds a node; its children must be there at the end.
  record AddNode(NodeSpec spec) implements GraphEdit {}

  /// Removes a node that at the end has no parent.
  record RemoveNode(NodeName node) implements GraphEdit {}

  /// Gives a node one more child (a backing disk, a quorum's new vote).
  record AttachChild(NodeName parent, ChildSpec child) implements GraphEdit {}

  /// Takes a child away from a node.
  record DetachChild(NodeName parent, ChildName child) implements GraphEdit {}

  /// Puts another node in the place of a child.
  record ReplaceChild(NodeName parent, ChildName child, NodeName with) implements GraphEdit {}

  /// Lets everybody who uses `from` use `to` instead, except for parents within the subtree of `to`
  /// (so that no loop arises), users' edges that stay, and the edges in `keep`.
  record MoveParents(NodeName from, NodeName to, Set<EdgeId> keep) implements GraphEdit {
    /// Copies `keep`.
    public MoveParents {
      keep = Set.copyOf(keep);
    }
  }

  /// Makes a node read-only or writable.
  record SetAccess(NodeName node, NodeSpec.Access access) implements GraphEdit {}

  /// Lets an inline node stay when nobody uses it any more, as a named one does.
  record Keep(NodeName node) implements GraphEdit {}

  /// Gives a node other options.
  record SetOptions(NodeName node, Options options) implements GraphEdit {}

  /// Adds a user with its edges.
  record AddUser(User user) implements GraphEdit {}

  /// Has something else remembered for a user.
  record SetUserOptions(UserId user, Options options) implements GraphEdit {}

  /// Removes a user with its edges and its freezes.
  record RemoveUser(UserId user) implements GraphEdit {}

  /// Lets a user's edge lead to another node, also one that stays when parents move.
  record ReplaceUserEdge(UserId user, ChildName edge, NodeName with) implements GraphEdit {}

  /// Changes what a user's edge takes and shares.
  record SetUserGrant(UserId user, ChildName edge, Grant grant) implements GraphEdit {}

  /// Forbids, for a job, that an edge between nodes changes or goes.
  record Freeze(EdgeId edge, UserId by) implements GraphEdit {}

  /// Allows it again.
  record Unfreeze(EdgeId edge, UserId by) implements GraphEdit {}
}
