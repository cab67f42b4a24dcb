package io.blockgraph.job.create;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.engine.GatedDisk;
import java.lang.foreign.MemorySegment;

/// The disk of a node as something an image is made in: it may also change its length, as the job
/// holds RESIZE.
///
/// @param disk the disk behind the job's edge
record NodeDisk(GatedDisk disk) implements BlockIo, Zeroable {
  /// The same, as far as the disk can have another length.
  static BlockIo of(GatedDisk disk) {
    NodeDisk plain = new NodeDisk(disk);
    return disk.call(io -> io instanceof Resizable) ? new Growing(plain) : plain;
  }

  private record Growing(NodeDisk plain) implements BlockIo, Zeroable, Resizable {
    @Override
    public void resize(long sizeBytes) {
      boolean done =
          plain.disk.call(
              io -> {
                ((Resizable) io).resize(sizeBytes);
                return true;
              });
      assert done;
    }

    @Override
    public void read(long offset, MemorySegment into) {
      plain.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      plain.write(offset, from);
    }

    @Override
    public void zero(ByteRange range, Mode mode) {
      plain.zero(range, mode);
    }

    @Override
    public void flush() {
      plain.flush();
    }

    @Override
    public long sizeBytes() {
      return plain.sizeBytes();
    }
  }

  @Override
  public void read(long offset, MemorySegment into) {
    disk.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    disk.write(offset, from);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    disk.zero(range, mode);
  }

  @Override
  public void flush() {
    disk.flush();
  }

  @Override
  public long sizeBytes() {
    return disk.sizeBytes();
  }
}
