package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;

/// A driver's say in the graph, as pure functions: the same question always has the same answer,
/// and nothing is touched.
public interface DriverRules {
  /// Whether every node of this driver shows exactly the data of its FILTERED child.
  boolean isFilter();

  /// Whether a node of this driver can have a COW child named `backing`.
  boolean supportsBacking();

  /// Whether whoever comes to use what a filter of a job shows has to come in above the filter. A
  /// filter that is only there for one node above it says no.
  default boolean isWayIn() {
    return true;
  }

  /// Whether an overlay may come above a filter of a job while the job is under way: the job needs
  /// nothing but that what the filter shows stays, or is written through the filter.
  default boolean admitsOverlay() {
    return false;
  }

  /// What the edge to `child` takes and shares, given what all parents of the node together take
  /// and share.
  Grant childGrant(NodeSpec node, ChildSpec child, Grant parents);

  /// The rule of [#childGrant] for this child in a sentence without a full stop, for people.
  default String inWords(NodeSpec node, ChildSpec child) {
    return RolePermissions.inWords(child.roles());
  }

  /// Why a node of this shape cannot be (children missing, too few votes), in a sentence; empty
  /// when it can.
  default Optional<String> objection(NodeSpec node) {
    return Optional.empty();
  }

  /// The children of which one may be replaced under `node` though its data may differ, provided
  /// that nobody else cares: a quorum names all of its children, blkverify both sides, others none.
  ///
  /// A filter's FILTERED child is covered by the graph's own recursion and not named here.
  default ReplaceRule replaceRule(NodeSpec node) {
    return new ReplaceRule.None();
  }

  /// Whether the same disk may be under the node twice, also behind filters; a quorum says no
  /// unless it is meant, for it would vote twice.
  default boolean allowsDuplicates(NodeSpec node) {
    return true;
  }

  /// The internal snapshot of its child `file`, by name or id, that a node shows; empty for most
  /// drivers. It must not be deleted while the node is there.
  default Optional<String> shownSnapshot(NodeSpec node) {
    return Optional.empty();
  }

  /// How many children of its list a node can have; of no meaning for drivers without a list.
  default ChildCount childCount(NodeSpec node) {
    return new ChildCount(1, Integer.MAX_VALUE);
  }

  /// Bounds of a number of children.
  ///
  /// @param least so many it needs to be of any use: a quorum as many as must agree
  /// @param most so many it can take
  record ChildCount(int least, int most) {}

  /// How a driver of its own kind answers "may this node below you be replaced?".
  sealed interface ReplaceRule {
    /// Like any node: filters recurse into their FILTERED child, others refuse.
    record None() implements ReplaceRule {}

    /// These children show the same data as the node; recursion goes on below each (blkverify).
    record SameData(List<ChildName> children) implements ReplaceRule {
      /// Copies `children`.
      public SameData {
        children = List.copyOf(children);
      }
    }

    /// Each immediate child may be replaced, by data that may differ, when nobody else may care
    /// (quorum).
    record OwnChildren() implements ReplaceRule {}
  }
}
