package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;

/// What one step of copying came to.
public sealed interface CopyStep {
  /// So many bytes are on the target now.
  record Copied(long bytes) implements CopyStep {}

  /// There is nothing to copy, or all of it is being worked on.
  record Idle() implements CopyStep {}

  /// The job has left the graph.
  record Gone() implements CopyStep {}

  /// A disk failed; the chunk is to be copied as before.
  record Failed(Side side, ByteRange range, BlockException error) implements CopyStep {}

  /// Which disk failed.
  enum Side {
    SOURCE,
    TARGET
  }
}
