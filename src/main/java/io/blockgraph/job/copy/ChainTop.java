package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.RangeLocks;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The filter of a job that moves data within one backing chain. What is read is the chain from the
/// job's uppermost disk down.
public interface ChainTop extends CopyTop {

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
