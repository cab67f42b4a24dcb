package io.blockgraph.histories;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import java.util.ArrayList;
import java.util.List;

/// Snapshots that images keep in themselves, with the bytes they must go on holding. One thread.
final class Insides {
  private final List<Inside> all = new ArrayList<>();

  /// One of them.
  ///
  /// @param node the node of the image; an image whose node is gone is forgotten
  record Inside(NodeName node, String name, byte[] content) {}

  void keep(Inside inside) {
    all.add(inside);
  }

  void forget(Inside inside) {
    all.remove(inside);
  }

  /// Those whose nodes are there.
  List<Inside> in(Topology graph) {
    all.removeIf(inside -> graph.node(inside.node()).isEmpty());
    return List.copyOf(all);
  }
}
