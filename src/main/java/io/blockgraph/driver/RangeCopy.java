package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CopyOffload;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.CopyBeforeWrite.Ends;
import io.blockgraph.driver.CopyBeforeWrite.Tally;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// How ranges of one disk come to another: storage shares what it can, zeroes need not be read, the
/// rest goes through memory. One thread.
///
/// @param ends from where to where
/// @param manner how it is written
/// @param buffer what is read goes through it
/// @param tally what was done, and which disk is asked
record RangeCopy(Ends ends, Manner manner, MemorySegment buffer, Tally tally) {
  /// File systems share whole blocks, of 4 KiB on all that can.
  private static final long SHARED_BYTES = 4096;

  /// How it is written.
  ///
  /// @param clusterBytes how much is stored compressed at once
  /// @param zeroes how zeroes are written
  record Manner(long clusterBytes, Zeroable.Mode zeroes) {}

  /// Copies all of `range`.
  ///
  /// @throws BlockException when it could not be copied; then any part of it may have been
  void run(ByteRange range) {
    if (ends.target() instanceof CompressingDisk) {
      copyWhole(range);
      return;
    }
    ByteRange left = range;
    while (!left.isEmpty()) {
      tally.atFile();
      List<Extent> extents = extents(ends.file(), left);
      for (Extent extent : extents) {
        if (extent.kind().readsAsZero()) {
          zero(extent.range());
        } else {
          copyData(extent.range());
        }
      }
      left = ByteRange.between(extents.getLast().range().end(), range.end());
    }
  }

  /// What is stored compressed comes in whole clusters: with a part of one, all that is there of it
  /// already would be stored anew.
  private void copyWhole(ByteRange range) {
    try (ScratchBuffers.Lease lease = ScratchBuffers.shared(manner.clusterBytes()).borrow()) {
      for (long at = range.offset(); at < range.end(); ) {
        long length = Math.min(manner.clusterBytes(), range.end() - at);
        ByteRange cluster = new ByteRange(at, length);
        tally.atFile();
        if (readsAsZero(ends.file(), cluster)) {
          zero(cluster);
        } else {
          copyPiece(cluster, lease.first(length));
        }
        at = cluster.end();
      }
    }
  }

  /// Who cannot tell is read.
  static List<Extent> extents(BlockIo disk, ByteRange range) {
    try {
      return Extents.of(disk, range);
    } catch (BlockException e) {
      return List.of(Extent.data(range));
    }
  }

  private void copyData(ByteRange range) {
    long at = range.offset();
    while (at < range.end()) {
      ByteRange piece = new ByteRange(at, Math.min(buffer.byteSize(), range.end() - at));
      if (isOffloaded(piece)) {
        tally.read(piece.length());
        tally.written(piece.length());
      } else {
        copyPiece(piece, buffer.asSlice(0, piece.length()));
      }
      at = piece.end();
    }
  }

  /// Lets the storage copy what it can copy by itself.
  private boolean isOffloaded(ByteRange piece) {
    return (piece.offset() | piece.length()) % SHARED_BYTES == 0
        && CopyOffload.copy(ends.file(), ends.target(), piece);
  }

  private void copyPiece(ByteRange piece, MemorySegment bytes) {
    tally.atFile();
    ends.file().read(piece.offset(), bytes);
    tally.read(piece.length());
    if (Zeroes.areIn(bytes)) {
      zero(piece);
    } else {
      tally.atTarget();
      ends.target().write(piece.offset(), bytes);
      tally.written(piece.length());
    }
  }

  /// A new target that is all zeroes need not be told so.
  private void zero(ByteRange range) {
    tally.atTarget();
    if (manner.zeroes() == Zeroable.Mode.MAY_UNMAP && readsAsZero(ends.target(), range)) {
      return;
    }
    Zeroes.zero(ends.target(), range, manner.zeroes());
    tally.zeroed(range.length());
  }

  private static boolean readsAsZero(BlockIo disk, ByteRange range) {
    ByteRange left = range;
    while (!left.isEmpty()) {
      List<Extent> extents = extents(disk, left);
      if (extents.stream().anyMatch(extent -> !extent.kind().readsAsZero())) {
        return false;
      }
      left = ByteRange.between(extents.getLast().range().end(), range.end());
    }
    return true;
  }
}
