package io.blockgraph.job.backup;

import io.blockgraph.block.BlockException;
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

  @Override
  public void resize(long sizeBytes) {
    throw keepsItsLength();
  }

  @Override
  public long lengthFor(long sizeBytes) {
    throw keepsItsLength();
  }

  private static BlockException keepsItsLength() {
    return new BlockException(
        BlockException.Kind.UNSUPPORTED,
        "a disk keeps its length while it is backed up: its copy has the same length");
  }
}
