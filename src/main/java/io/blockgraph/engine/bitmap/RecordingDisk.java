package io.blockgraph.engine.bitmap;

import io.blockgraph.block.BackingLink;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CompressedWrites;
import io.blockgraph.block.Emptiable;
import io.blockgraph.block.Relinkable;
import io.blockgraph.block.RequestBarrier;
import io.blockgraph.block.Settleable;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.Watching;
import java.lang.foreign.MemorySegment;

/// The disk of a node with bitmaps: as the node's own, and what is written is marked.
///
/// A mark comes after the write and before its answer, also when the write fails: then any byte of
/// the range may have changed. So nobody who knows of a write finds it unmarked. Changes of the
/// bitmaps themselves come while no request is under way.
///
/// Storage does not copy into such a disk by itself ([io.blockgraph.block.CopyOffload]): that would
/// go past the marks.
class RecordingDisk extends FilterDisk implements Watching, CompressedWrites {
  private final NodeBitmaps bitmaps;

  private RecordingDisk(BlockIo disk, NodeBitmaps bitmaps) {
    super(disk);
    this.bitmaps = bitmaps;
  }

  static RecordingDisk over(BlockIo disk, NodeBitmaps bitmaps) {
    return disk instanceof Emptiable
            && disk instanceof RequestBarrier
            && disk instanceof Settleable
            && disk instanceof Relinkable
        ? new OfImage(disk, bitmaps)
        : new RecordingDisk(disk, bitmaps);
  }

  @Override
  public BlockIo watched() {
    return child();
  }

  @Override
  public void write(long offset, MemorySegment from) {
    try {
      super.write(offset, from);
    } finally {
      mark(offset, from.byteSize());
    }
  }

  @Override
  public boolean canCompress() {
    return CompressedWrites.possible(child());
  }

  @Override
  public void writeCompressed(long offset, MemorySegment from) {
    try {
      CompressedWrites.write(child(), offset, from);
    } finally {
      mark(offset, from.byteSize());
    }
  }

  /// A range that no disk can have was refused before anything was written.
  private void mark(long offset, long length) {
    if (offset >= 0 && offset + length >= 0) {
      mark(new ByteRange(offset, length));
    }
  }

  /// A file grows below its format while others write to it.
  private void mark(ByteRange range) {
    if (!bitmaps.reach(range.end())) {
      bitmaps.grow(child().sizeBytes());
    }
    bitmaps.mark(range);
  }

  @Override
  public void resize(long sizeBytes) {
    super.resize(sizeBytes);
    bitmaps.grow(child().sizeBytes());
  }

  @Override
  public void makeRoom(long sizeBytes) {
    makeRoomBelow(sizeBytes);
    bitmaps.grow(child().sizeBytes());
  }

  /// A disk that has no fast way to zero has changed nothing, and says so.
  @Override
  public void zero(ByteRange range, Mode mode) {
    boolean untouched = false;
    try {
      super.zero(range, mode);
    } catch (BlockException e) {
      untouched = mode == Mode.FAST_ONLY && e.kind() == BlockException.Kind.UNSUPPORTED;
      throw e;
    } finally {
      if (!untouched) {
        mark(range);
      }
    }
  }

  @Override
  public void discard(ByteRange range) {
    try {
      super.discard(range);
    } finally {
      mark(range);
    }
  }

  /// An image has more abilities, and keeps them.
  private static final class OfImage extends RecordingDisk
      implements Emptiable, RequestBarrier, Settleable, Relinkable {
    OfImage(BlockIo disk, NodeBitmaps bitmaps) {
      super(disk, bitmaps);
    }

    @Override
    public void makeEmpty() {
      try {
        ((Emptiable) child()).makeEmpty();
      } finally {
        super.mark(new ByteRange(0, sizeBytes()));
      }
    }

    @Override
    public void awaitRequests(long deadlineMs) {
      ((RequestBarrier) child()).awaitRequests(deadlineMs);
    }

    @Override
    public void settle() {
      ((Settleable) child()).settle();
    }

    @Override
    public void link(BackingLink link) {
      ((Relinkable) child()).link(link);
    }

    @Override
    public void unlink() {
      ((Relinkable) child()).unlink();
    }
  }
}
