package io.blockgraph.driver;

import io.blockgraph.graph.NodeName;
import java.util.Map;

/// Where a node tells of what it noticed while it served. Calls return at once and never fail.
public interface NodeEvents {
  /// Tells of `kind` at `node`.
  ///
  /// @param details plain values as in [io.blockgraph.graph.Options]
  void report(NodeName node, Kind kind, Map<String, Object> details);

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
