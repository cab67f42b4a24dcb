package io.blockgraph.driver.copyonread;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CompressedWrites;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.RangeLocks;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A disk that copies up what it reads.
///
/// Reads of what is up already take no lock. A read that copies has its range to itself from before
/// it asks what to copy until the copy is written; writes share their range with each other. So no
/// copy is written over newer bytes.
final class CopyOnReadDisk extends FilterDisk implements CompressedWrites {
  private final RangeLocks locks;

  CopyOnReadDisk(BlockIo child, RangeLocks locks) {
    super(child);
    this.locks = locks;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    ByteRange range = new ByteRange(offset, into.byteSize());
    if (isUp(range)) {
      super.read(offset, into);
    } else {
      readAndCopy(range, into);
    }
  }

  private boolean isUp(ByteRange range) {
    ByteRange left = range;
    while (!left.isEmpty()) {
      List<Extent> extents = Extents.of(child(), left);
      if (extents.stream().anyMatch(CopyOnReadDisk::isBelow)) {
        return false;
      }
      left = ByteRange.between(extents.getLast().range().end(), range.end());
    }
    return true;
  }

  private static boolean isBelow(Extent extent) {
    return extent.depth() > 0;
  }

  private void readAndCopy(ByteRange range, MemorySegment into) {
    try (RangeLocks.Held held = locks.exclude(range)) {
      super.read(range.offset(), into);
      ByteRange left = range;
      while (!left.isEmpty()) {
        List<Extent> extents = Extents.of(child(), left);
        extents.stream()
            .filter(CopyOnReadDisk::isBelow)
            .forEach(extent -> copyUp(extent, range, into));
        left = ByteRange.between(extents.getLast().range().end(), range.end());
      }
    }
  }

  /// Zeroes are copied too: what is below may be taken away once everything has been read.
  private void copyUp(Extent extent, ByteRange read, MemorySegment bytes) {
    ByteRange part = extent.range();
    MemorySegment content = bytes.asSlice(part.offset() - read.offset(), part.length());
    if (extent.kind().readsAsZero() || Zeroes.areIn(content)) {
      Zeroes.zero(child(), part, Mode.MAY_UNMAP);
    } else {
      child().write(part.offset(), content);
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    try (RangeLocks.Held held = locks.share(new ByteRange(offset, from.byteSize()))) {
      super.write(offset, from);
    }
  }

  @Override
  public boolean canCompress() {
    return CompressedWrites.possible(child());
  }

  @Override
  public void writeCompressed(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    try (RangeLocks.Held held = locks.share(new ByteRange(offset, from.byteSize()))) {
      CompressedWrites.write(child(), offset, from);
    }
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    try (RangeLocks.Held held = locks.share(range.within(sizeBytes()))) {
      super.zero(range, mode);
    }
  }

  @Override
  public void discard(ByteRange range) {
    try (RangeLocks.Held held = locks.share(range.within(sizeBytes()))) {
      super.discard(range);
    }
  }
}
