package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The disk as an internal snapshot has it, over the disks below the image. Immutable; any thread.
///
/// @param image the tables of the snapshot, nothing of which is ever written
record SnapshotDisk(Qcow2Io image) implements BlockIo, Extents {
  @Override
  public void read(long offset, MemorySegment into) {
    image.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    throw new BlockException(
        BlockException.Kind.READ_ONLY, "an internal snapshot can only be read");
  }

  @Override
  public void flush() {
    // Nothing is ever written.
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    return image.extents(range);
  }

  @Override
  public long sizeBytes() {
    return image.sizeBytes();
  }
}
