package io.blockgraph.driver.preallocate;

import io.blockgraph.block.BlockException;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;

/// How much is reserved.
///
/// @param alignBytes what the length with the reserve is a multiple of
/// @param sizeBytes how much at once
record Reserve(long alignBytes, long sizeBytes) {
  static final String ALIGN = "preallocAlign";
  static final String SIZE = "preallocSize";
  static final long SECTOR_BYTES = 512;
  static final long ALIGN_BYTES = 1 << 20;
  static final long SIZE_BYTES = 128 << 20;
  static final long MOST_BYTES = 1L << 40;

  /// What a node asks for.
  ///
  /// @throws BlockException INVALID for an alignment that is no multiple of a sector
  static Reserve of(NodeSpec node) {
    Options options = node.options();
    long align = options.number(ALIGN).orElse(ALIGN_BYTES);
    if (align % SECTOR_BYTES != 0) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "node '" + node.name() + "': " + ALIGN + " " + align + " is not a multiple of 512");
    }
    return new Reserve(align, options.number(SIZE).orElse(SIZE_BYTES));
  }

  /// The length with its reserve of a disk that has to reach to `end`.
  long lengthFor(long end) {
    long over = Math.addExact(Math.addExact(end, sizeBytes), alignBytes - 1);
    return over - over % alignBytes;
  }
}
