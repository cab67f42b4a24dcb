package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A disk over a backing disk, in clusters of 4 KiB: a cluster is its own once it was written.
final class Overlay implements BlockIo, Extents {
  private static final int CLUSTER = 4096;

  private final FaultyDisk own;
  private final @Nullable BlockIo backing;
  private final BitSet stored;

  Overlay(FaultyDisk own, @Nullable BlockIo backing, BitSet stored) {
    this.own = own;
    this.backing = backing;
    this.stored = stored;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    synchronized (stored) {
      pieces(new ByteRange(offset, into.byteSize()))
          .forEach(
              piece -> readPiece(piece, into.asSlice(piece.offset() - offset, piece.length())));
    }
  }

  private void readPiece(ByteRange piece, MemorySegment into) {
    if (stored.get(cluster(piece.offset())) || backing == null) {
      own.read(piece.offset(), into);
    } else {
      backing.read(piece.offset(), into);
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    synchronized (stored) {
      for (ByteRange piece : pieces(new ByteRange(offset, from.byteSize()))) {
        fetch(cluster(piece.offset()));
        own.write(piece.offset(), from.asSlice(piece.offset() - offset, piece.length()));
        stored.set(cluster(piece.offset()));
      }
    }
  }

  private void fetch(int cluster) {
    if (!stored.get(cluster) && backing != null) {
      long offset = (long) cluster * CLUSTER;
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment whole = arena.allocate(Math.min(CLUSTER, sizeBytes() - offset));
        backing.read(offset, whole);
        own.write(offset, whole);
      }
    }
  }

  private static List<ByteRange> pieces(ByteRange range) {
    List<ByteRange> pieces = new ArrayList<>();
    for (long at = range.offset(); at < range.end(); ) {
      long end = Math.min(range.end(), (at / CLUSTER + 1) * CLUSTER);
      pieces.add(ByteRange.between(at, end));
      at = end;
    }
    return pieces;
  }

  private static int cluster(long offset) {
    return (int) (offset / CLUSTER);
  }

  @Override
  public void flush() {
    own.flush();
  }

  @Override
  public long sizeBytes() {
    return own.sizeBytes();
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    synchronized (stored) {
      List<Extent> extents = new ArrayList<>();
      for (ByteRange piece : pieces(range)) {
        if (extents.size() == MAX_PER_CALL) {
          break;
        }
        extents.addAll(piece(piece));
      }
      return extents;
    }
  }

  private List<Extent> piece(ByteRange piece) {
    if (stored.get(cluster(piece.offset()))) {
      return List.of(Extent.data(piece));
    }
    return backing == null
        ? List.of(Extent.nowhere(piece))
        : Extents.of(backing, piece).stream().map(Extent::oneLayerDeeper).toList();
  }
}
