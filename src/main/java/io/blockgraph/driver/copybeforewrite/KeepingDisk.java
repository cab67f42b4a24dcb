package io.blockgraph.driver.copybeforewrite;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.driver.CopyBeforeWrite.Ends;
import io.blockgraph.driver.CopyBeforeWriteDisk;

/// A disk of which a moment is kept, that can be seen.
final class KeepingDisk extends CopyBeforeWriteDisk implements Snapshotted {
  KeepingDisk(Ends ends, CopyBeforeWrite moment) {
    super(ends, moment);
  }

  @Override
  public BlockIo past() {
    return new PastDisk(ends(), moment());
  }

  @Override
  public boolean isSameMoment(Snapshotted other) {
    return other instanceof KeepingDisk disk && disk.moment() == moment();
  }
}
