package io.blockgraph.driver.file;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Writeback;
import io.blockgraph.block.Zeroable;
import java.lang.foreign.MemorySegment;

/// The bytes of an open block device: as those of a file, but for what only files have, which is
/// another length, holes and a count of what is taken.
final class DeviceDisk implements BlockIo, Zeroable, Discardable, Writeback {
  private final FileDisk bytes;

  DeviceDisk(FileState state) {
    this.bytes = new FileDisk(state);
  }

  @Override
  public void read(long offset, MemorySegment into) {
    bytes.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    bytes.write(offset, from);
  }

  @Override
  public void flush() {
    bytes.flush();
  }

  @Override
  public void startWriteback() {
    bytes.startWriteback();
  }

  @Override
  public long sizeBytes() {
    return bytes.sizeBytes();
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    bytes.zero(range, mode);
  }

  @Override
  public void discard(ByteRange range) {
    bytes.discard(range);
  }
}
