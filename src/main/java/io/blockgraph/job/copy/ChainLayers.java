package io.blockgraph.job.copy;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import java.util.Optional;

/// Which layers of a backing chain hold what a job has to copy, by the depth that extents tell.
///
/// @param from the first layer that is copied; those above it have it already
/// @param to the first layer below that is not copied
/// @param shortestBytes where the shortest layer above `to` ends: behind it nothing below shows
/// @param under what shows through where nothing is copied
public record ChainLayers(int from, int to, long shortestBytes, Under under) {
  /// What the target shows in the end where it holds nothing.
  public enum Under {
    /// What lies below the copied layers, or held the target before.
    DATA,
    /// Zeroes: there is nothing below.
    NOTHING
  }

  /// The part of `extent` that has to be copied.
  Optional<ByteRange> wanted(Extent extent) {
    ByteRange range = extent.range();
    if (extent.depth() >= from && extent.depth() < to) {
      return under == Under.NOTHING && extent.kind().readsAsZero()
          ? Optional.empty()
          : Optional.of(range);
    }
    boolean hidden = extent.depth() == Extent.NOWHERE && under == Under.DATA;
    long start = Math.max(range.offset(), shortestBytes);
    return hidden && start < range.end()
        ? Optional.of(ByteRange.between(start, range.end()))
        : Optional.empty();
  }
}
