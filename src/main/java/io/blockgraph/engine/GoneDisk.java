package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.graph.UserId;
import java.lang.foreign.MemorySegment;

/// What a user's disk turns into when the user has left the graph while somebody still held on to
/// the disk.
record GoneDisk(UserId user) implements BlockIo {
  @Override
  public void read(long offset, MemorySegment into) {
    throw gone();
  }

  @Override
  public void write(long offset, MemorySegment from) {
    throw gone();
  }

  @Override
  public void flush() {
    throw gone();
  }

  @Override
  public long sizeBytes() {
    throw gone();
  }

  private BlockException gone() {
    return new BlockException(
        BlockException.Kind.CLOSED, "'" + user + "' does not use the graph any more");
  }
}
