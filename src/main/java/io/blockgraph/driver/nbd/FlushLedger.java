package io.blockgraph.driver.nbd;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Which changes were acknowledged and may not be durable yet. Any thread.
final class FlushLedger {
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong flushed = new AtomicLong();
  private volatile @Nullable String failure;

  /// A change was acknowledged that only a flush makes durable.
  void acknowledge() {
    acknowledged.incrementAndGet();
  }

  /// How far a flush reaches that is sent now.
  long mark() {
    return acknowledged.get();
  }

  /// A flush that reaches so far has succeeded.
  void flushed(long mark) {
    flushed.accumulateAndGet(mark, Math::max);
  }

  /// Whether there is anything that a flush would make durable.
  boolean isBehind() {
    return acknowledged.get() > flushed.get();
  }

  /// From now on no flush succeeds, for this reason.
  void fail(String why) {
    if (failure == null) {
      failure = why;
    }
  }

  boolean hasFailed() {
    return failure != null;
  }

  /// @throws BlockException FLUSH_FAILED after [#fail]
  void requireHope() {
    String why = failure;
    if (why != null) {
      throw new BlockException(Kind.FLUSH_FAILED, why);
    }
  }
}
