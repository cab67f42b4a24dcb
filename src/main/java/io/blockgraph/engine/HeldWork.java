package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.graph.NodeName;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// What a change does itself while the users that would notice are held.
final class HeldWork {
  private HeldWork() {}

  /// The last checks, then the work; answers what stands against it.
  static Optional<Rejection> run(Change change, Live before, Live after) {
    Function<NodeName, BlockIo> disks = name -> after.diskOr(name, before);
    try {
      return change
          .held()
          .check()
          .run(before.state(), before::disk, disks)
          .or(() -> change.held().work().run(before.state(), before::disk, disks));
    } finally {
      fitBitmaps(change, before, after);
    }
  }

  /// Bitmaps of disks that have another length by now get it, while nobody writes.
  static void fitBitmaps(Change change, Live before, Live after) {
    Set<NodeName> held = Cone.upwards(before.state().topology(), change.held().also());
    before.fitBitmaps(held);
    after.fitBitmaps(held);
  }
}
