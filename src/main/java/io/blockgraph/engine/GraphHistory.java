package io.blockgraph.engine;

import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.User;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The changes of the graph that are remembered, and the graph as it was. Any thread.
///
/// Failures are [GraphStore.StoreException]s.
public interface GraphHistory {
  /// Changes, the newest first.
  ///
  /// @param before only those that made an earlier revision than this
  /// @param most so many at most
  List<Entry> changes(long before, int most);

  /// The change that made `revision`; empty when it is not remembered.
  Optional<Entry> change(long revision);

  /// The graph at `revision`; empty when what leads back to it is not remembered, or when it has
  /// not been there.
  Optional<Past> at(long revision);

  /// A change.
  ///
  /// @param revision the one it made
  /// @param at when
  /// @param who asked for it; [Author#SERVICE] for the service itself, empty when that was not
  ///   noted
  /// @param what one short sentence
  record Entry(long revision, Instant at, Optional<String> who, String what) {}

  /// The graph as it was remembered.
  ///
  /// @param nodes in the order they had come
  /// @param users in the order they had come; without those that are never remembered
  record Past(long revision, List<NodeSpec> nodes, List<User> users) {
    /// Copies the lists.
    public Past {
      nodes = List.copyOf(nodes);
      users = List.copyOf(users);
    }
  }
}
