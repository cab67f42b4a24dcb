package io.blockgraph.driver;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.RequestBarrier;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Finds who can tell that the requests of a disk have ended: the disk, or what filters show. A
/// request of a filter that has got so far as to look for bytes is a request of the disk below.
public final class Barriers {
  private Barriers() {}

  /// The barrier of `disk`; empty when nobody can tell.
  public static Optional<RequestBarrier> of(BlockIo disk) {
    return switch (disk) {
      case RequestBarrier barrier -> Optional.of(barrier);
      case Watching watching -> of(watching.watched());
      case FilterDisk filter -> of(filter.child());
      default -> Optional.empty();
    };
  }

  /// Waits for the requests of all `disks` that can tell.
  ///
  /// @throws io.blockgraph.block.BlockException TIMEOUT when that takes longer than `deadlineMs`
  ///   together
  public static void awaitAll(Collection<? extends BlockIo> disks, long deadlineMs) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs);
    for (BlockIo disk : disks) {
      Optional<RequestBarrier> barrier = of(disk);
      if (barrier.isPresent()) {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        barrier.get().awaitRequests(Math.max(0, left));
      }
    }
  }
}
