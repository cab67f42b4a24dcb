package io.blockgraph.job.backup;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.driver.CopyBeforeWriteDisk;
import io.blockgraph.job.copy.CopyTop;

/// The source as its users see it while it is backed up: what they are about to change is copied
/// first.
final class BackupTopDisk extends CopyBeforeWriteDisk implements CopyTop {
  BackupTopDisk(CopyBeforeWrite.Ends ends, CopyBeforeWrite moment) {
    super(ends, moment);
  }

  @Override
  public BlockIo source() {
    return ends().file();
  }

  @Override
  public BlockIo target() {
    return ends().target();
  }
}
