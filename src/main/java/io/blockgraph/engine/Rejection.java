package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.Optional;

/// Why the engine did not do what was asked. Nothing has changed.
public sealed interface Rejection {
  /// A refusal that is about one node above all.
  sealed interface AboutNode extends Rejection {
    /// The node.
    NodeName node();
  }

  /// The rules of the graph stand against it.
  record RuleBroken(Refusal refusal) implements Rejection {}

  /// The graph is no longer at the revision the caller had seen.
  record RevisionMismatch(long expected, long actual) implements Rejection {}

  /// Requests of `user` were still under way when the deadline passed.
  record DrainTimeout(UserId user, long deadlineMs) implements Rejection {}

  /// A flush of `node`, which the change needs, was still under way when the deadline passed.
  record FlushTimeout(NodeName node, long deadlineMs) implements AboutNode {}

  /// Another change took too long.
  record WriterBusy(long deadlineMs) implements Rejection {}

  /// The world broke while the change was prepared.
  record WorldBroke(Optional<NodeName> node, BlockException cause) implements Rejection {}

  /// The state store could not take the change.
  record NotRemembered(String reason) implements Rejection {}

  /// The two disks must have the same length and have not.
  record SizeMismatch(NodeName node, long bytes, NodeName other, long otherBytes)
      implements AboutNode {}

  /// The node's driver cannot change its length, for the reason given.
  record ResizeUnsupported(NodeName node, String reason) implements AboutNode {}

  /// A smaller length was asked for without saying that data may go.
  record ShrinkNotAllowed(NodeName node, long fromBytes, long toBytes) implements AboutNode {}

  /// The overlay holds data of its own, so that readers would see a sudden change.
  record OverlayNotEmpty(NodeName node, long allocatedBytes) implements AboutNode {}

  /// A read-only node cannot be changed by `operation`.
  record NodeReadOnly(NodeName node, String operation) implements AboutNode {}

  /// This option cannot change while the node is open.
  record OptionFixed(NodeName node, DriverName driver, String option) implements AboutNode {}

  /// The node keeps tables of what is in `now`; `wanted` holds something else.
  record ChildHoldsOtherData(NodeName node, ChildName child, NodeName now, NodeName wanted)
      implements AboutNode {}

  /// The node takes no other child into its list, or has none, for the reason given.
  record ChildrenFixed(NodeName node, String reason) implements AboutNode {}

  /// The node has no child of this name in its list.
  record ChildNotFound(NodeName node, String child) implements AboutNode {}

  /// `child` is a child of the node already, as `edge`, and would vote twice.
  record DuplicateChild(NodeName node, EdgeId edge, NodeName child) implements AboutNode {}

  /// Without the child `left` children would be left; the node needs `needed`.
  record ThresholdNotMet(NodeName node, ChildName child, int left, int needed)
      implements AboutNode {}

  /// A value of the request is impossible in this graph.
  ///
  /// @param parameter the field, as the request names it: `discardSource`
  /// @param reason what stands against it, with names
  record ParameterImpossible(String parameter, String reason) implements Rejection {}

  /// A bitmap stands against it.
  record BitmapRefused(BitmapRefusal refusal) implements Rejection {}

  /// The image keeps no internal snapshot of this name or id, or several, for the reason given.
  record SnapshotNotFound(NodeName node, String reason) implements AboutNode {}

  /// The image keeps an internal snapshot of this name already.
  record SnapshotNameInUse(NodeName node, String snapshot) implements AboutNode {}

  /// The internal snapshot is what `shownBy` shows.
  record SnapshotShown(NodeName node, String snapshot, NodeName shownBy) implements AboutNode {}

  /// The image cannot do this with internal snapshots, for the reason given.
  record SnapshotUnsupported(NodeName node, String reason) implements AboutNode {}

  /// Requests of `users` would fail while the node is inactive, and nobody said that this is meant.
  record RequestsWouldFail(NodeName node, List<UserId> users) implements AboutNode {
    /// Copies `users`.
    public RequestsWouldFail {
      users = List.copyOf(users);
    }
  }

  /// A transaction would let go what has this name and use the name again, or let a user come and
  /// go.
  record NameTwice(String name) implements Rejection {}

  /// The driver has no images that could be made, described or checked.
  record NoImageFormat(DriverName driver) implements Rejection {}

  /// There is no throttle group of this name.
  record NoSuchGroup(UserId group) implements Rejection {}

  /// The throttle group cannot be like this, for the reason given.
  record GroupImpossible(UserId group, String reason) implements Rejection {}

  /// The node belongs to the throttle group.
  record GroupInUse(NodeName node, UserId group) implements AboutNode {}
}
