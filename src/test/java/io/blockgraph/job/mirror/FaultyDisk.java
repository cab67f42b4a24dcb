package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Zeroable;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A disk in memory that fails when told to, and takes its time when told to.
final class FaultyDisk implements BlockIo, Zeroable, Discardable, Extents {
  enum Operation {
    READ,
    WRITE,
    FLUSH
  }

  private final MemoryDisk disk;
  private final AtomicInteger failures = new AtomicInteger();
  private volatile Operation failing = Operation.READ;
  private volatile BlockException.Kind kind = BlockException.Kind.IO;
  private volatile long latencyNanos;
  private volatile long writeLatencyNanos;

  FaultyDisk(long sizeBytes) {
    disk = new MemoryDisk(sizeBytes);
  }

  MemoryDisk memory() {
    return disk;
  }

  /// Lets the next `times` operations of this kind fail.
  void fail(Operation operation, BlockException.Kind how, int times) {
    failing = operation;
    kind = how;
    failures.set(times);
  }

  void heal() {
    failures.set(0);
  }

  void latency(long nanos) {
    latencyNanos = nanos;
  }

  /// Lets every write take so long before it changes anything, beside the latency of all
  /// operations.
  void slowWrites(long nanos) {
    writeLatencyNanos = nanos;
  }

  private void perhapsFail(Operation operation) {
    if (latencyNanos > 0) {
      LockSupport.parkNanos(latencyNanos);
    }
    if (operation == Operation.WRITE && writeLatencyNanos > 0) {
      LockSupport.parkNanos(writeLatencyNanos);
    }
    if (failing == operation && failures.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw new BlockException(kind, "told to fail: " + operation);
    }
  }

  @Override
  public void read(long offset, MemorySegment into) {
    perhapsFail(Operation.READ);
    disk.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    perhapsFail(Operation.WRITE);
    disk.write(offset, from);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    perhapsFail(Operation.WRITE);
    disk.zero(range, mode);
  }

  @Override
  public void discard(ByteRange range) {
    disk.discard(range);
  }

  @Override
  public void flush() {
    perhapsFail(Operation.FLUSH);
    disk.flush();
  }

  @Override
  public long sizeBytes() {
    return disk.sizeBytes();
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    return disk.extents(range);
  }
}
