package io.blockgraph.job.commit;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.RangeLocks;
import io.blockgraph.job.copy.MissedBlocks;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What clients who write to the top and the job that copies it share: who works where, and which
/// ranges may differ on the base. Any thread.
final class ActiveWrites {
  private static final long DEADLINE_MS = 60_000;

  private final RangeLocks locks = new RangeLocks(DEADLINE_MS);
  private final MissedBlocks missed = new MissedBlocks();
  private final AtomicReference<@Nullable BlockException> failure = new AtomicReference<>();

  RangeLocks locks() {
    return locks;
  }

  /// Carries out a client's change of both disks, alone in its range, so that both see one order.
  /// What goes wrong on the base is the job's trouble, not the client's: the range is copied later.
  void both(ByteRange range, Runnable top, Runnable base) {
    try (RangeLocks.Held _ = locks.exclude(range)) {
      boolean done = false;
      try {
        top.run();
        base.run();
        done = true;
      } catch (BaseFailed e) {
        failure.compareAndSet(null, e.error());
      } finally {
        if (!done) {
          missed.add(range);
        }
      }
    }
  }

  /// Carries out a client's change of the top of which it is not known what it makes of the bytes.
  void topOnly(ByteRange range, Runnable top) {
    try (RangeLocks.Held _ = locks.exclude(range)) {
      try {
        top.run();
      } finally {
        missed.add(range);
      }
    }
  }

  /// The ranges of a disk so long that may differ, each once.
  List<ByteRange> takeMissed(long sizeBytes) {
    return missed.takeAll(sizeBytes);
  }

  /// A failure of the base that nobody has looked at yet.
  @Nullable BlockException takeFailure() {
    return failure.getAndSet(null);
  }

  /// The base could not be changed.
  static final class BaseFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient BlockException error;

    BaseFailed(BlockException error) {
      super(error);
      this.error = error;
    }

    BlockException error() {
      return error;
    }
  }
}
