package io.blockgraph.export.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// A disk that can only read, write and flush, fails on demand, and can be made to wait.
final class BareDisk implements BlockIo {
  final MemoryDisk memory;
  private volatile LongPredicate failing = offset -> false;
  private volatile BlockException.Kind kind = BlockException.Kind.IO;
  private volatile @Nullable CountDownLatch hold;
  final CountDownLatch entered = new CountDownLatch(1);

  BareDisk(long sizeBytes) {
    memory = new MemoryDisk(sizeBytes);
  }

  /// From now on requests that cover an offset of which `at` is true fail; a flush asks with -1.
  void fail(BlockException.Kind with, LongPredicate at) {
    kind = with;
    failing = at;
  }

  /// From now on every request waits until the latch is open, 30 seconds at most.
  void hold(CountDownLatch latch) {
    hold = latch;
  }

  private void before(long offset) {
    CountDownLatch latch = hold;
    if (latch != null) {
      entered.countDown();
      try {
        assert latch.await(30, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        throw new AssertionError("a thread of the server was interrupted", e);
      }
    }
    if (failing.test(offset)) {
      throw new BlockException(kind, "broken at " + offset + " of /secret/path");
    }
  }

  @Override
  public void read(long offset, MemorySegment into) {
    before(offset);
    memory.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    before(offset);
    memory.write(offset, from);
  }

  @Override
  public void flush() {
    before(-1);
    memory.flush();
  }

  @Override
  public long sizeBytes() {
    return memory.sizeBytes();
  }
}
