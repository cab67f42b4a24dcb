package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.NodeName;

/// Tells the world of trouble that is the server's or the network's.
///
/// @param node at which node
/// @param events where it is told
record Telling(NodeName node, NodeEvents events) {
  /// Tells of it, and hands it back to be thrown.
  BlockException told(BlockException trouble, String operation, ByteRange range) {
    switch (trouble.kind()) {
      case IO, NO_SPACE, FLUSH_FAILED, TIMEOUT ->
          events.reportIoError(node, operation, range, trouble);
      case OUT_OF_RANGE,
          READ_ONLY,
          CORRUPT,
          BAD_IMAGE,
          SIZE_MISMATCH,
          UNSUPPORTED,
          INVALID,
          LOCKED,
          NOT_FOUND,
          EXISTS,
          FORBIDDEN,
          CLOSED -> {}
    }
    return trouble;
  }
}
