package io.blockgraph.job.mirror;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

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
  private final CountDownLatch flushing = new CountDownLatch(1);
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicInteger mostWrites = new AtomicInteger();
  private final AtomicLong unflushed = new AtomicLong();
  private volatile long heldBytes;
  private volatile @Nullable CountDownLatch held;
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

  /// Lets a flush after more than `bytes` of writes wait until the latch is open, 20 seconds at
  /// most.
  void holdFlushes(long bytes, CountDownLatch until) {
    heldBytes = bytes;
    held = until;
  }

  /// Whether such a flush has come.
  boolean flushIsHeld() {
    return flushing.getCount() == 0;
  }

  private void perhapsHold() {
    CountDownLatch until = held;
    if (until != null && unflushed.getAndSet(0) > heldBytes) {
      flushing.countDown();
      try {
        assertThat(until.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
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

  /// How many writes were under way at once, at most.
  int mostWrites() {
    return mostWrites.get();
  }

  @Override
  public void write(long offset, MemorySegment from) {
    mostWrites.accumulateAndGet(writes.incrementAndGet(), Math::max);
    try {
      perhapsFail(Operation.WRITE);
    } finally {
      writes.decrementAndGet();
    }
    disk.write(offset, from);
    unflushed.addAndGet(from.byteSize());
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
    perhapsHold();
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
