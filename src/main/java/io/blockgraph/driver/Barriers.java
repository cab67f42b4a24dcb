package io.blockgraph.driver;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.RequestBarrier;
import java.util.Optional;

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
}
