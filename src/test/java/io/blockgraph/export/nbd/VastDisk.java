package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// A disk of any length that stores nothing, is all hole, and counts what it was told to let go.
final class VastDisk implements BlockIo, Zeroable, Discardable, Extents {
  final AtomicLong zeroedBytes = new AtomicLong();
  final AtomicLong discardedBytes = new AtomicLong();
  private final long sizeBytes;

  VastDisk(long sizeBytes) {
    this.sizeBytes = sizeBytes;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    into.fill((byte) 0);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    throw new AssertionError("nobody writes here");
  }

  @Override
  public void flush() {
    // Nothing is kept, so nothing can be lost.
  }

  @Override
  public long sizeBytes() {
    return sizeBytes;
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    zeroedBytes.addAndGet(range.length());
  }

  @Override
  public void discard(ByteRange range) {
    discardedBytes.addAndGet(range.length());
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    return List.of(Extent.hole(range));
  }
}
