package io.blockgraph.engine;

import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.User;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Where the graph is remembered. Every method is durable when it returns; the engine calls one at
/// a time.
///
/// Failures are [StoreException]s; then nothing of the call is remembered.
public interface GraphStore {
  /// The graph as it was decided last, and the files of changes that never were decided.
  Stored load();

  /// Announces a change that is going to make files.
  ///
  /// @param paths canonical paths that do not exist yet
  /// @return a number for the calls that follow
  long intend(String what, List<String> paths);

  /// Says that `path` was made by the announced change, and which file it is.
  void created(long intent, String path, String identity);

  /// Says that the announced change is going to make a disk longer, and how long it was.
  void lengthening(long intent, NodeName node, long bytes);

  /// The lengths that disks had before changes that were never decided.
  List<OldLength> oldLengths();

  /// Forgets those of these nodes: the lengths that their disks have now are theirs.
  void settleLengths(Set<NodeName> nodes);

  /// THE commit point: the change is part of the history, its files are kept.
  ///
  /// @param decision what was decided
  void decide(Decision decision);

  /// Replaces everything remembered of nodes and users by `after`; the history goes on.
  void rewrite(GraphState after, String what);

  /// The announced change was given up and its files are gone.
  void abandon(long intent);

  /// Writes something that says nothing, as durably as a decision, so that a store that cannot
  /// remember any more is noticed before a change needs it. Unlike the other methods it may be
  /// called at any time.
  default void probe() {}

  /// What was decided.
  ///
  /// @param intent the announced change, where files were made
  /// @param after the graph after it
  /// @param diff what differs
  /// @param what one short sentence
  /// @param who asked for it
  record Decision(
      Optional<Long> intent, GraphState after, GraphDiff diff, String what, String who) {}

  /// What was found at the start.
  ///
  /// @param revision of the last decided change, 0 for an empty store
  /// @param nodes in the order they were added
  /// @param users of the last decided graph
  /// @param undecided files made for changes that were never decided
  record Stored(
      long revision, List<NodeSpec> nodes, List<User> users, List<UndecidedFile> undecided) {}

  /// The length of a disk before a change that was never decided.
  record OldLength(long intent, NodeName node, long bytes) {}

  /// A file of a change that was never decided.
  ///
  /// @param intent the announced change
  /// @param path where
  /// @param identity which file, when the change came so far as to make it
  record UndecidedFile(long intent, String path, Optional<String> identity) {}

  /// The store cannot remember or recall.
  final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// What could not be done, and why.
    public StoreException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
