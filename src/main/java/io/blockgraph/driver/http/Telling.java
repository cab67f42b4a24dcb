package io.blockgraph.driver.http;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.graph.NodeName;
import java.util.LinkedHashMap;
import java.util.Map;

/// Tells the world that a read came to nothing.
///
/// @param node at which node
/// @param events where it is told
record Telling(NodeName node, NodeEvents events) {
  /// Tells of it, and hands it back to be thrown.
  BlockException told(BlockException trouble, long offset, long length) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("operation", "read");
    details.put("offset", offset);
    details.put("length", length);
    details.put("error", String.valueOf(trouble.getMessage()));
    events.report(node, NodeEvents.Kind.IO_ERROR, details);
    return trouble;
  }
}
