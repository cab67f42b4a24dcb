package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// A disk that does not become shorter: a format that is done with writing would give back what it
/// had taken in advance, and somebody who comes along with this change has seen how long it is.
final class KeptLength extends FilterDisk {
  private KeptLength(BlockIo disk) {
    super(disk);
  }

  /// The children of a node that gets ready for a change or goes with it, as they are bound now.
  static Children childrenOf(NodeName node, Live now, GraphDiff diff) {
    Topology topology = now.state().topology();
    Children children = Live.childrenOf(node, topology, now.bound());
    Set<NodeName> below = Cone.downwards(topology, node);
    below.remove(node);
    return Collections.disjoint(below, comeUponBy(diff)) ? children : keeping(children);
  }

  /// Nodes that somebody begins to use.
  private static Set<NodeName> comeUponBy(GraphDiff diff) {
    Set<NodeName> nodes = new HashSet<>();
    diff.edgesAdded().forEach(edge -> nodes.add(edge.child()));
    diff.edgesChanged().stream()
        .filter(change -> !change.before().child().equals(change.after().child()))
        .forEach(change -> nodes.add(change.after().child()));
    return nodes;
  }

  private static Children keeping(Children children) {
    Map<ChildName, BlockIo> all = new LinkedHashMap<>(children.byName());
    all.replaceAll((_, disk) -> new KeptLength(disk));
    return new Children(all);
  }

  @Override
  public void resize(long sizeBytes) {
    if (sizeBytes < sizeBytes()) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "the disk keeps its length while somebody comes to use it");
    }
    super.resize(sizeBytes);
  }

  @Override
  public void makeRoom(long sizeBytes) {
    makeRoomBelow(sizeBytes);
  }
}
