package io.blockgraph.job.copy;

import io.blockgraph.block.ByteRange;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// Parts of a disk that have to be copied once more. One that is told again and again while nobody
/// copies takes no more room than one that is told once: whole blocks are noted, of which more may
/// be copied than had to be. Any thread.
public final class MissedBlocks {
  private static final int MAX_BLOCKS = 1 << 20;

  private final ReentrantLock lock = new ReentrantLock();
  private BitSet blocks = new BitSet();

  /// Blocks of 64 KiB, and twice as long as often as it takes to know a disk by MAX_BLOCKS.
  private int shift = 16;

  /// Notes the blocks that `range` touches.
  public void add(ByteRange range) {
    if (range.isEmpty()) {
      return;
    }
    long last = range.end() - 1;
    lock.lock();
    try {
      while (last >> shift >= MAX_BLOCKS) {
        coarsen();
      }
      blocks.set((int) (range.offset() >> shift), (int) (last >> shift) + 1);
    } finally {
      lock.unlock();
    }
  }

  private void coarsen() {
    BitSet coarser = new BitSet();
    blocks.stream().forEach(block -> coarser.set(block >> 1));
    blocks = coarser;
    shift++;
  }

  /// Takes all of them, in order, each run of blocks as one range within a disk so long.
  public List<ByteRange> takeAll(long sizeBytes) {
    List<ByteRange> all = new ArrayList<>();
    lock.lock();
    try {
      for (ByteRange run = run(sizeBytes); !run.isEmpty(); run = run(sizeBytes)) {
        all.add(run);
      }
    } finally {
      lock.unlock();
    }
    return all;
  }

  /// Takes the first run of blocks; empty when there is none.
  ByteRange takeFirst(long sizeBytes) {
    lock.lock();
    try {
      return run(sizeBytes);
    } finally {
      lock.unlock();
    }
  }

  private ByteRange run(long sizeBytes) {
    int first = blocks.nextSetBit(0);
    if (first < 0) {
      return new ByteRange(0, 0);
    }
    int end = blocks.nextClearBit(first);
    blocks.clear(first, end);
    return ByteRange.between(
        Math.min(sizeBytes, (long) first << shift), Math.min(sizeBytes, (long) end << shift));
  }

  /// How many bytes of a disk so long they are.
  long bytes(long sizeBytes) {
    lock.lock();
    try {
      long behind = Math.max(0, ((long) blocks.length() << shift) - sizeBytes);
      return ((long) blocks.cardinality() << shift) - behind;
    } finally {
      lock.unlock();
    }
  }
}
