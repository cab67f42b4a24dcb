package io.blockgraph.driver;

import io.blockgraph.block.BlockIo;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import java.util.Map;

/// The open state behind a node: descriptors, locks, tables. It holds no children; those are given
/// with each call.
///
/// `bind` may be called from any thread; the engine calls `prepare` and `close` one at a time,
/// `close` once and last, when no request is under way.
public interface Node {
  /// A view of this node over these children. Cheap; called again whenever something below changes.
  BlockIo bind(Children children);

  /// Gets ready for a change of the node's specification or of what its parents take and share:
  /// locks, descriptors.
  ///
  /// @throws io.blockgraph.block.BlockException when it cannot be; then everything is as before
  default Prepared prepare(NodeChange change) {
    return Prepared.NOTHING;
  }

  /// Finds out whether [#prepare] would fail, changing nothing that anybody could notice: for dry
  /// runs. To be overridden by a node whose preparation reaches beyond memory.
  ///
  /// @throws io.blockgraph.block.BlockException as [#prepare] would
  default void rehearse(NodeChange change) {
    prepare(change).abort();
  }

  /// Looks at the children this node is going to have, when they or something below them change.
  ///
  /// @param after the specification then
  /// @param before the children as bound now
  /// @param next the children as they will be bound
  /// @throws io.blockgraph.block.BlockException when they cannot be; then everything is as before
  default void requireFit(NodeSpec after, Children before, Children next) {}

  /// Looks once more at the children of a node that was just opened, when their users are held and
  /// before it takes its place: a format may have let its file grow since.
  ///
  /// @throws io.blockgraph.block.BlockException when it cannot stand on them any more; then the
  ///   change is given up
  default void requireStill(NodeSpec spec, Children children) {}

  /// Lets go of a child that others go on using without this node, because the node goes or gets
  /// another child. Comes while no request is under way, and before any other use of the child.
  ///
  /// @throws io.blockgraph.block.BlockException then the change is given up
  default void leave(Children children) {}

  /// What [#leave] was called for was given up: the children are the node's own as before.
  default void stay() {}

  /// What there is to tell beyond length and options: format, cluster size, file path. Plain values
  /// as in [io.blockgraph.graph.Options]; never a secret.
  ///
  /// Out of memory: never waits for a disk, nor for a request that does. May be asked at any time
  /// by any thread, also after [#close].
  default Map<String, Object> facts() {
    return Map.of();
  }

  /// Puts everything in order and lets go of it. Failures are thrown after everything was let go.
  void close(Children children);

  /// A change of a node that stays.
  ///
  /// @param before the specification now
  /// @param after the specification then
  /// @param from what the parents take and share now
  /// @param to what they take and share then
  /// @param children the children as bound now
  record NodeChange(NodeSpec before, NodeSpec after, Grant from, Grant to, Children children) {}
}
