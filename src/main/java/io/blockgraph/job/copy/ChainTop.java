package io.blockgraph.job.copy;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.RangeLocks;

/// The filter of a job that moves data within one backing chain, as it is bound now: one request of
/// the job, behind its gate, sees both ends at one moment.
public interface ChainTop {
  /// What is read: the chain from the job's uppermost disk down.
  BlockIo source();

  /// What is written.
  BlockIo target();

  /// Takes a range alone, against everybody who writes to the target while the job copies.
  RangeLocks.Held claim(ByteRange range);
}
