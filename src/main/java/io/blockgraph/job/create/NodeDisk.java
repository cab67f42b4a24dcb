package io.blockgraph.job.create;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.engine.GatedDisk;
import java.lang.foreign.MemorySegment;

/// The disk of a node as something an image is made in: it may also change its length, as the job
/// holds RESIZE.
class NodeDisk implements BlockIo, Zeroable {
  /// The disk behind the job's edge.
  private final GatedDisk disk;

  private NodeDisk(GatedDisk disk) {
    this.disk = disk;
  }

  /// The same, as far as the disk can have another length.
  static BlockIo of(GatedDisk disk) {
    return disk.call(io -> io instanceof Resizable) ? new Growing(disk) : new NodeDisk(disk);
  }

  private static final class Growing extends NodeDisk implements Resizable {
    private final GatedDisk disk;

    Growing(GatedDisk disk) {
      super(disk);
      this.disk = disk;
    }

    @Override
    public void resize(long sizeBytes) {
      boolean done =
          disk.call(
              io -> {
                ((Resizable) io).resize(sizeBytes);
                return true;
              });
      assert done;
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
