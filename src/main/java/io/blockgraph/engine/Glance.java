package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.graph.NodeName;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/// What memory holds of the graph and its nodes at one moment. Asking it waits for nobody: neither
/// for a disk, nor for a change that is closing a node on a slow one.
///
/// Any thread. A node may have been closed since; it then says what it knew last.
public final class Glance {
  private final Live live;

  Glance(Live live) {
    this.live = live;
  }

  /// The graph.
  public GraphState state() {
    return live.state();
  }

  /// What a node of the graph tells of itself.
  public Map<String, Object> facts(NodeName node) {
    return live.node(node).facts();
  }

  /// Why a node could not be opened at the start; empty when it is open.
  public Optional<BlockException> unavailable(NodeName node) {
    return live.node(node) instanceof UnavailableNode broken
        ? Optional.of(broken.reason())
        : Optional.empty();
  }

  /// How long a node is; empty when that cannot be told.
  public OptionalLong sizeBytes(NodeName node) {
    try {
      return OptionalLong.of(live.disk(node).sizeBytes());
    } catch (BlockException e) {
      return OptionalLong.empty();
    }
  }
}
