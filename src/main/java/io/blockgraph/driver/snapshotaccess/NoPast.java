package io.blockgraph.driver.snapshotaccess;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import java.lang.foreign.MemorySegment;

/// Stands where the node below keeps no point in time, because it could not be opened: everything
/// fails.
final class NoPast implements BlockIo {
  @Override
  public void read(long offset, MemorySegment into) {
    throw none();
  }

  @Override
  public void write(long offset, MemorySegment from) {
    throw none();
  }

  @Override
  public void flush() {
    throw none();
  }

  @Override
  public long sizeBytes() {
    throw none();
  }

  private static BlockException none() {
    return new BlockException(
        BlockException.Kind.IO, "the node below keeps no point in time any more");
  }
}
