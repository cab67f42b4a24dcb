package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.RangeLocks;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The filter of a job that moves data within one backing chain, as it is bound now: one request of
/// the job, behind its gate, sees both ends at one moment.
public interface ChainTop {
  /// What is read: the chain from the job's uppermost disk down.
  BlockIo source();

  /// What is written.
  BlockIo target();

  /// Takes a range alone, against everybody who writes to the target while the job copies.
  RangeLocks.Held claim(ByteRange range);

  /// Ranges that have to be copied, whether they were before or not; each is answered once.
  default List<ByteRange> takeMissed() {
    return List.of();
  }

  /// A failure of the target on behalf of a client, that nobody has looked at yet.
  default @Nullable BlockException takeFailure() {
    return null;
  }
}
