package io.blockgraph.driver.nulldisk;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Zeroable;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Nothing, of a certain length. Reads fill with zeroes whether or not that is told: what the
/// caller's memory held before must not come back as the disk's content.
record NullDisk(long sizeBytes, boolean tellsZeroes, Latency latency)
    implements BlockIo, Zeroable, Discardable, Extents {
  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes);
    latency.pass();
    into.fill((byte) 0);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes);
    latency.pass();
  }

  @Override
  public void flush() {
    latency.pass();
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    range.within(sizeBytes);
    latency.pass();
  }

  @Override
  public void discard(ByteRange range) {
    range.within(sizeBytes);
    latency.pass();
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    range.within(sizeBytes);
    if (range.isEmpty()) {
      return List.of();
    }
    return List.of(tellsZeroes ? Extent.hole(range) : Extent.data(range));
  }
}
