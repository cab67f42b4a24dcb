package io.blockgraph.driver.throttle;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CompressedWrites;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.throttle.Limits.Direction;
import java.lang.foreign.MemorySegment;

/// A disk whose requests wait for their turn. Flushes, changes of length and questions for extents
/// pass at once.
final class ThrottleDisk extends FilterDisk implements CompressedWrites {
  private final ThrottleNode node;

  ThrottleDisk(BlockIo child, ThrottleNode node) {
    super(child);
    this.node = node;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    node.admit(Direction.READ, into.byteSize());
    super.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    node.admit(Direction.WRITE, from.byteSize());
    super.write(offset, from);
  }

  @Override
  public boolean canCompress() {
    return CompressedWrites.possible(child());
  }

  @Override
  public void writeCompressed(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    node.admit(Direction.WRITE, from.byteSize());
    CompressedWrites.write(child(), offset, from);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    range.within(sizeBytes());
    node.admit(Direction.WRITE, range.length());
    super.zero(range, mode);
  }

  @Override
  public void discard(ByteRange range) {
    range.within(sizeBytes());
    node.admit(Direction.WRITE, range.length());
    super.discard(range);
  }

  @Override
  public void makeRoom(long sizeBytes) {
    makeRoomBelow(sizeBytes);
  }
}
