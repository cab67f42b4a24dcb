package io.blockgraph.driver;

import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.UserId;
import java.util.Optional;

/// A driver whose nodes can share something that has a name of its own: a group. Groups are users
/// of the graph without edges, so they are remembered, and their names are in one namespace with
/// all others.
///
/// Rules are pure functions. What is told of groups is told by the thread that changes the graph,
/// one change at a time, right after the change has become live.
public interface Grouping {
  /// What a group can be told.
  OptionSpec groupOptions();

  /// Why a group cannot be like this, in a sentence; empty when it can.
  Optional<String> groupObjection(Options options);

  /// The group that a node belongs to, which must be there.
  Optional<UserId> groupOf(NodeSpec node);

  /// The group is there, or is told something else from now on. Quick, and must not fail.
  void grouped(UserId group, Options options);

  /// The group is gone; no node belongs to it.
  void ungrouped(UserId group);
}
