package io.blockgraph.histories;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Content;
import io.blockgraph.engine.GatedDisk;

/// A user's disk in the engine.
record EngineDisk(GatedDisk disk) implements ClientDisk {
  @Override
  public int size() {
    return (int) disk.sizeBytes();
  }

  @Override
  public byte[] read(int offset, int length) {
    return Content.read(disk, offset, length);
  }

  @Override
  public void write(int offset, byte[] bytes) {
    Content.write(disk, offset, bytes);
  }

  @Override
  public void zero(int offset, int length, boolean keepAllocated) {
    disk.zero(
        new ByteRange(offset, length),
        keepAllocated ? Zeroable.Mode.KEEP_ALLOCATED : Zeroable.Mode.MAY_UNMAP);
  }

  @Override
  public void discard(int offset, int length) {
    disk.discard(new ByteRange(offset, length));
  }

  @Override
  public void flush() {
    disk.flush();
  }
}
