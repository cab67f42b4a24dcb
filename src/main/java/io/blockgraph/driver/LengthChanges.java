package io.blockgraph.driver;

import io.blockgraph.block.BlockException;
import java.util.LongSummaryStatistics;
import java.util.concurrent.atomic.AtomicInteger;

/// The times at which the children of one node get another length, one after the other. A format
/// lets its disk grow while requests are under way, and those must not take it for children that
/// differ. Any thread.
public final class LengthChanges {
  /// Odd while there is a change.
  private final AtomicInteger turns = new AtomicInteger();

  /// Gives all children another length, or none; one change at a time, and the next one waits: it
  /// could not be done on storage that does not answer either.
  ///
  /// @throws BlockException as [EqualLengths#set]
  public synchronized void set(EqualLengths children, long sizeBytes) {
    turns.incrementAndGet();
    try {
      children.set(sizeBytes);
    } finally {
      turns.incrementAndGet();
    }
  }

  /// Whether there is a change now.
  public boolean isUnderWay() {
    return turns.get() % 2 != 0;
  }

  /// Runs `look`, which fails when children differ. What it finds during a change says nothing:
  /// children are looked at once more when nobody changes them.
  ///
  /// @throws BlockException as `look`, when there was no change meanwhile
  public void look(Runnable look) {
    int turn = turns.get();
    try {
      look.run();
    } catch (BlockException e) {
      if (turn % 2 == 0 && turns.get() == turn) {
        throw e;
      }
    }
  }

  /// The length of children that were found to differ: while they are being changed it is the
  /// least, which all of them have.
  ///
  /// @throws BlockException IO when they differ and nobody changes them
  public long lengthOf(EqualLengths children) {
    while (true) {
      int turn = turns.get();
      LongSummaryStatistics lengths = children.lengths();
      boolean isChanging = turn % 2 != 0;
      if (isChanging || lengths.getMin() == lengths.getMax()) {
        return lengths.getMin();
      }
      if (turns.get() == turn) {
        throw children.differ();
      }
    }
  }
}
