package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.graph.NodeName;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.pcollections.PMap;

/// Takes as done what the work of changes would have made of disks, and a dry run does not do.
/// Immutable.
final class Effects {
  static final Effects NONE = new Effects(List.of());

  private final List<Change.Effect> all;

  private Effects(List<Change.Effect> all) {
    this.all = List.copyOf(all);
  }

  /// These and then `more`.
  Effects and(List<Change.Effect> more) {
    List<Change.Effect> both = new ArrayList<>(all);
    both.addAll(more);
    return new Effects(both);
  }

  /// Those on other nodes.
  Effects without(Set<NodeName> gone) {
    return new Effects(all.stream().filter(effect -> !gone.contains(effect.node())).toList());
  }

  /// The same, with these disks seen as they would be, also through everything above them. What
  /// lies below them is as it was.
  Live in(Live live) {
    if (all.isEmpty()) {
      return live;
    }
    Set<NodeName> changed = new LinkedHashSet<>();
    all.forEach(effect -> changed.add(effect.node()));
    PMap<NodeName, BlockIo> bound = live.bound();
    Set<NodeName> seen = Cone.upwards(live.state().topology(), changed);
    for (NodeName name : Cone.childrenFirst(live.state().topology(), seen)) {
      BlockIo disk = live.node(name).bind(Live.childrenOf(name, live.state().topology(), bound));
      bound = bound.plus(name, changed.contains(name) ? seen(name, disk) : disk);
    }
    return new Live(live.state(), live.nodes(), bound, live.bitmaps());
  }

  private BlockIo seen(NodeName node, BlockIo disk) {
    BlockIo seen = disk;
    for (Change.Effect effect : all) {
      if (effect.node().equals(node)) {
        seen =
            switch (effect) {
              case Change.NewLength(_, long bytes) -> SeenDisk.of(bytes, SeenDisk.Own.KEPT, seen);
              case Change.Emptied _ -> SeenDisk.of(seen.sizeBytes(), SeenDisk.Own.DROPPED, seen);
            };
      }
    }
    return seen;
  }
}
