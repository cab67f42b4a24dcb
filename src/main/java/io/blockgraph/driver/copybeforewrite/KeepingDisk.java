package io.blockgraph.driver.copybeforewrite;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.driver.CopyBeforeWrite.Ends;
import io.blockgraph.driver.CopyBeforeWriteDisk;
import java.util.concurrent.atomic.LongAdder;

/// A disk of which a moment is kept, that can be seen.
final class KeepingDisk extends CopyBeforeWriteDisk implements Snapshotted {
  private final LongAdder discardedBytes;

  /// @param discardedBytes counts how much of the past is given up
  KeepingDisk(Ends ends, CopyBeforeWrite moment, LongAdder discardedBytes) {
    super(ends, moment);
    this.discardedBytes = discardedBytes;
  }

  @Override
  public BlockIo past() {
    return new PastDisk(ends(), moment(), discardedBytes);
  }

  @Override
  public boolean isSameMoment(Snapshotted other) {
    return other instanceof KeepingDisk disk && disk.moment() == moment();
  }
}
