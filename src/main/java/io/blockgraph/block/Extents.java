package io.blockgraph.block;

import java.util.List;

/// A disk that knows which of its ranges hold data, without reading them.
public interface Extents {
  /// The extents of `range` in order: adjacent, not empty, together exactly `range`.
  ///
  /// An implementation may stop early after a bounded number of extents ([#MAX_PER_CALL]); the
  /// answer then covers a non-empty prefix of `range`.
  ///
  /// @throws BlockException OUT_OF_RANGE when `range` leaves the disk
  List<Extent> extents(ByteRange range);

  /// At most so many extents come back from one call.
  int MAX_PER_CALL = 4096;

  /// The extents of any disk: asked where it can tell, else one extent of data.
  static List<Extent> of(BlockIo io, ByteRange range) {
    if (range.isEmpty()) {
      return List.of();
    }
    return io instanceof Extents known
        ? known.extents(range)
        : List.of(Extent.data(range.within(io.sizeBytes())));
  }
}
