package io.blockgraph.block;

import java.lang.foreign.MemorySegment;

/// A disk as one of its users sees it: an immutable view over a node and, through it, over the
/// node's children.
///
/// Offsets and lengths are bytes and need no alignment. All segments are native (off-heap) memory
/// and stay valid only for the call. Every method may be called from many threads at once;
/// overlapping concurrent writes end in either order, each byte from one of them. Methods block;
/// they are never interrupted.
///
/// Failures are [BlockException]s. A failed write may have changed any byte of its range and none
/// outside it. More abilities are separate interfaces: [Zeroable], [Discardable], [Resizable],
/// [Extents].
public interface BlockIo {
  /// Reads `into.byteSize()` bytes from `offset`.
  ///
  /// @throws BlockException OUT_OF_RANGE when the range leaves the disk, otherwise what went wrong
  ///   below
  void read(long offset, MemorySegment into);

  /// Writes all bytes of `from` at `offset`. Acknowledged is not durable: that needs [#flush].
  ///
  /// @throws BlockException OUT_OF_RANGE when the range leaves the disk, NO_SPACE, READ_ONLY, or
  ///   what went wrong below
  void write(long offset, MemorySegment from);

  /// Makes every write that was acknowledged before the call durable.
  ///
  /// @throws BlockException FLUSH_FAILED; then no later flush of the same node succeeds until it is
  ///   opened anew
  void flush();

  /// The length of the disk in bytes, as it is now; it changes only by [Resizable#resize] here or
  /// below. Known without asking the storage: health checks ask for it while a disk hangs.
  long sizeBytes();
}
