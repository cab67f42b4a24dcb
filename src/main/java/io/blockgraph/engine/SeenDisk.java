package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CompressedWrites;
import io.blockgraph.block.Emptiable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.InternalSnapshot;
import io.blockgraph.block.InternalSnapshots;
import io.blockgraph.block.RequestBarrier;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.driver.Watching;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A disk as it would be after a change that is only played. For questions: it can be neither read
/// nor written.
class SeenDisk implements BlockIo, CompressedWrites, Resizable, Extents {
  private final BlockIo disk;
  private final long bytes;
  private final Own own;

  /// What the disk would hold by itself.
  enum Own {
    /// What it holds now.
    KEPT,
    /// Nothing any more.
    DROPPED
  }

  private SeenDisk(BlockIo disk, long bytes, Own own) {
    this.disk = disk;
    this.bytes = bytes;
    this.own = own;
  }

  /// `disk` in this length; it can be emptied and keeps snapshots or a moment if `disk` does.
  static SeenDisk of(long bytes, Own own, BlockIo disk) {
    if (Watching.beneath(disk) instanceof Snapshotted) {
      return new OfMoment(disk, new SeenDisk(disk, bytes, own));
    }
    return disk instanceof Emptiable
            && disk instanceof RequestBarrier
            && disk instanceof InternalSnapshots kept
        ? new OfImage(disk, kept, new SeenDisk(disk, bytes, own))
        : new SeenDisk(disk, bytes, own);
  }

  /// One that can be emptied, keeps snapshots and knows of its requests, as far as anybody asks for
  /// that.
  private static final class OfImage extends SeenDisk
      implements Emptiable, RequestBarrier, InternalSnapshots {
    private final InternalSnapshots kept;

    OfImage(BlockIo disk, InternalSnapshots kept, SeenDisk seen) {
      super(disk, seen.bytes, seen.own);
      this.kept = kept;
    }

    @Override
    public List<InternalSnapshot> snapshots() {
      return kept.snapshots();
    }

    @Override
    public void requirePossible(SnapshotChange change) {
      kept.requirePossible(change);
    }

    @Override
    public BlockIo snapshot(String id) {
      return kept.snapshot(id);
    }

    @Override
    public void change(SnapshotChange change) {
      throw onlyForQuestions();
    }

    @Override
    public void makeEmpty() {
      throw onlyForQuestions();
    }

    @Override
    public void awaitRequests(long deadlineMs) {
      throw onlyForQuestions();
    }
  }

  /// One of which a moment is kept: that stays what it is, in its own length, and is found beneath.
  private static final class OfMoment extends SeenDisk implements Watching {
    private final BlockIo keeping;

    OfMoment(BlockIo keeping, SeenDisk seen) {
      super(keeping, seen.bytes, seen.own);
      this.keeping = keeping;
    }

    @Override
    public BlockIo watched() {
      return keeping;
    }
  }

  @Override
  public long sizeBytes() {
    return bytes;
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    long known = Math.min(disk.sizeBytes(), bytes);
    List<Extent> extents = new ArrayList<>();
    if (range.offset() < known) {
      long end = Math.min(range.end(), known);
      Extents.of(disk, ByteRange.between(range.offset(), end))
          .forEach(extent -> extents.add(seen(extent)));
    }
    long told = extents.isEmpty() ? range.offset() : extents.getLast().range().end();
    if (told >= known && told < range.end()) {
      extents.add(Extent.nowhere(ByteRange.between(told, range.end())));
    }
    return extents;
  }

  /// What shows through where something is dropped is not looked for: that it is nothing of the
  /// disk's own is all that is said.
  private Extent seen(Extent extent) {
    return own == Own.DROPPED && extent.depth() == 0 ? Extent.nowhere(extent.range()) : extent;
  }

  @Override
  public long lengthFor(long sizeBytes) {
    return disk instanceof Resizable resizable ? resizable.lengthFor(sizeBytes) : sizeBytes;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    throw onlyForQuestions();
  }

  @Override
  public void write(long offset, MemorySegment from) {
    throw onlyForQuestions();
  }

  @Override
  public boolean canCompress() {
    return CompressedWrites.possible(disk);
  }

  @Override
  public void writeCompressed(long offset, MemorySegment from) {
    throw onlyForQuestions();
  }

  @Override
  public void flush() {
    throw onlyForQuestions();
  }

  @Override
  public void resize(long sizeBytes) {
    throw onlyForQuestions();
  }

  private static IllegalStateException onlyForQuestions() {
    return new IllegalStateException("a disk of a dry run was about to be used");
  }
}
