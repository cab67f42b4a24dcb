package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.graph.NodeName;
import java.util.LinkedHashMap;
import java.util.Map;

/// Where a node tells of what it noticed while it served. Calls return at once and never fail.
public interface NodeEvents {
  /// Tells of `kind` at `node`.
  ///
  /// @param details plain values as in [io.blockgraph.graph.Options]
  void report(NodeName node, Kind kind, Map<String, Object> details);

  /// Tells that a request to the storage of `node` came to nothing.
  default void reportIoError(
      NodeName node, String operation, ByteRange range, BlockException trouble) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("operation", operation);
    details.put("offset", range.offset());
    details.put("length", range.length());
    details.put("error", String.valueOf(trouble.getMessage()));
    report(node, Kind.IO_ERROR, details);
  }

  /// What a node may notice.
  enum Kind {
    /// The storage answered with an error (operation, offset, length, error).
    IO_ERROR,
    /// An image contradicts itself and was flagged (reason).
    IMAGE_CORRUPTED,
    /// A child of a quorum lost a vote or failed (child, operation, offset, length).
    QUORUM_REPORT_BAD,
    /// No version reached the threshold (offset, length).
    QUORUM_FAILURE,
    /// The two sides of a blkverify differ (offset of the first byte that does, operation,
    /// requestOffset, requestLength).
    BLKVERIFY_MISMATCH,
    /// A replication has moved on, or something is wrong with it (mode, stage, error).
    REPLICATION_CHANGED
  }
}
