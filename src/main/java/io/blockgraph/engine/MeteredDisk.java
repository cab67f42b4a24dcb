package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CompressedWrites;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.Watching;
import io.blockgraph.engine.NodeTraffic.Operation;
import java.lang.foreign.MemorySegment;

/// A disk as one parent sees it, which counts what that parent asks. Any thread.
///
/// It can all that the disk can that parents ask for, but for copies within the storage: bytes that
/// nobody sees cannot be counted.
final class MeteredDisk extends FilterDisk implements Watching, CompressedWrites {
  private final EdgeTraffic traffic;

  private MeteredDisk(BlockIo disk, EdgeTraffic traffic) {
    super(disk);
    this.traffic = traffic;
  }

  /// `disk`, counted in `traffic`.
  static BlockIo of(BlockIo disk, EdgeTraffic traffic) {
    return new MeteredDisk(disk, traffic);
  }

  @Override
  public BlockIo watched() {
    return child();
  }

  @Override
  public void read(long offset, MemorySegment into) {
    long begun = traffic.begin();
    counting(Operation.READ, () -> super.read(offset, into));
    traffic.served(Operation.READ, into.byteSize(), begun);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    long begun = beginWrite(offset + from.byteSize());
    counting(Operation.WRITE, () -> super.write(offset, from));
    traffic.wrote(offset, from.byteSize(), begun);
  }

  @Override
  public boolean canCompress() {
    return CompressedWrites.possible(child());
  }

  @Override
  public void writeCompressed(long offset, MemorySegment from) {
    long begun = beginWrite(offset + from.byteSize());
    counting(Operation.WRITE, () -> CompressedWrites.write(child(), offset, from));
    traffic.wrote(offset, from.byteSize(), begun);
  }

  @Override
  public void flush() {
    long begun = traffic.begin();
    counting(Operation.FLUSH, super::flush);
    traffic.served(Operation.FLUSH, 0, begun);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    long begun = beginWrite(range.end());
    counting(Operation.WRITE_ZEROES, () -> super.zero(range, mode));
    traffic.wrote(Operation.WRITE_ZEROES, range, begun);
  }

  @Override
  public void discard(ByteRange range) {
    long begun = traffic.begin();
    counting(Operation.DISCARD, () -> super.discard(range));
    traffic.served(Operation.DISCARD, range.length(), begun);
  }

  @Override
  public void makeRoom(long sizeBytes) {
    makeRoomBelow(sizeBytes);
  }

  /// A node may write beyond the end of its file, which grows.
  private long beginWrite(long end) {
    if (traffic.isBeyondThreshold(end)) {
      traffic.beyondThreshold(end);
    }
    return traffic.begin();
  }

  private void counting(Operation operation, Runnable request) {
    try {
      request.run();
    } catch (BlockException e) {
      traffic.failed(operation, e.kind());
      throw e;
    }
  }
}
