package io.blockgraph.job.copy;

import io.blockgraph.block.BlockIo;

/// The filter of a job that copies from one disk to another, as it is bound now: one request of the
/// job, behind its gate, sees both at one moment.
public interface CopyTop {
  /// What is read.
  BlockIo source();

  /// What is written.
  BlockIo target();
}
