package io.blockgraph.driver.copybeforewrite;

import io.blockgraph.block.BlockException;
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

  /// A longer file harms nobody: what comes behind the moment has no past.
  @Override
  public void resize(long sizeBytes) {
    requireWhole(sizeBytes);
    super.resize(sizeBytes);
  }

  @Override
  public void makeRoom(long sizeBytes) {
    requireWhole(sizeBytes);
    makeRoomBelow(sizeBytes);
  }

  @Override
  public long lengthFor(long sizeBytes) {
    requireWhole(sizeBytes);
    return super.lengthFor(sizeBytes);
  }

  /// What a shorter length would cut off is not copied first. A negative one is the child's to
  /// refuse.
  private void requireWhole(long newBytes) {
    if (newBytes >= 0 && newBytes < moment().sizeBytes() && moment().broken() == null) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "the disk had "
              + moment().sizeBytes()
              + " bytes at the point in time that is kept, and cannot become shorter than that");
    }
  }
}
