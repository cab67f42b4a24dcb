package io.blockgraph.driver.http;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.NodeName;

/// Tells the world that a read came to nothing.
///
/// @param node at which node
/// @param events where it is told
record Telling(NodeName node, NodeEvents events) {
  /// Tells of it, and hands it back to be thrown.
  BlockException told(BlockException trouble, long offset, long length) {
    events.reportIoError(node, "read", new ByteRange(offset, length), trouble);
    return trouble;
  }
}
