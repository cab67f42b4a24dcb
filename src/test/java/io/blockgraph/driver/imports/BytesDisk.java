package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import java.lang.foreign.MemorySegment;

/// A read-only disk over an array, which the test may change.
record BytesDisk(byte[] bytes, int length) implements BlockIo {
  BytesDisk(byte[] bytes) {
    this(bytes, bytes.length);
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), length);
    MemorySegment.copy(MemorySegment.ofArray(bytes), offset, into, 0, into.byteSize());
  }

  @Override
  public void write(long offset, MemorySegment from) {
    throw new BlockException(BlockException.Kind.READ_ONLY, "an image was written to");
  }

  @Override
  public void flush() {}

  @Override
  public long sizeBytes() {
    return length;
  }
}
