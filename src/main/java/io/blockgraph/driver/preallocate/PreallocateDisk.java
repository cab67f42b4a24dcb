package io.blockgraph.driver.preallocate;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.FilterDisk;
import java.lang.foreign.MemorySegment;

/// A disk as parents made it, without the reserve that lies behind it.
final class PreallocateDisk extends FilterDisk {
  private final Preallocation reserved;

  PreallocateDisk(BlockIo file, Preallocation reserved) {
    super(file);
    this.reserved = reserved;
  }

  @Override
  public long sizeBytes() {
    return reserved.shownBytes(child());
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    super.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    super.write(offset, from);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    super.zero(range.within(sizeBytes()), mode);
  }

  @Override
  public void makeRoom(long sizeBytes) {
    reserved.makeRoom(child(), sizeBytes);
  }

  @Override
  public void resize(long sizeBytes) {
    reserved.resize(child(), sizeBytes);
  }
}
