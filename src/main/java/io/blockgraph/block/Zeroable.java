package io.blockgraph.block;

/// A disk that can make a range read as zeroes by other means than writing zeroes.
public interface Zeroable {
  /// What may become of the storage behind a zeroed range.
  enum Mode {
    /// The range may become a hole.
    MAY_UNMAP,
    /// As MAY_UNMAP, and the disk holds the zeroes itself: a backing disk that it gets later does
    /// not show through.
    OPAQUE,
    /// The range keeps or gets storage, so that a later write into it cannot run out of space.
    KEEP_ALLOCATED,
    /// As MAY_UNMAP, but fail with UNSUPPORTED at once instead of falling back to writing zeroes.
    FAST_ONLY
  }

  /// Makes `range` read as zeroes; threads and durability as for [BlockIo#write].
  void zero(ByteRange range, Mode mode);
}
