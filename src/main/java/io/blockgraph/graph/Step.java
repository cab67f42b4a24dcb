package io.blockgraph.graph;

import java.lang.ref.WeakReference;
import java.util.Set;

/// How a graph came out of another: all in which the two can differ.
///
/// @param from the graph before; it is not kept for this
/// @param nodes nodes that were added, removed or changed
/// @param users users that were
/// @param parents ids of nodes and users whose edges were
record Step(
    WeakReference<Topology> from, Set<NodeName> nodes, Set<UserId> users, Set<String> parents) {
  /// Out of a graph that nobody knows any more.
  static final Step UNKNOWN = new Step(new WeakReference<>(null), Set.of(), Set.of(), Set.of());

  /// Copies what differs.
  Step {
    nodes = Set.copyOf(nodes);
    users = Set.copyOf(users);
    parents = Set.copyOf(parents);
  }
}
