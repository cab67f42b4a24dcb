package io.blockgraph.histories;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Nodes nobody writes to any more - snapshots, copies that were kept, disks that were replaced -
/// with the bytes they must go on holding. One thread.
final class Keepsakes {
  private final Map<NodeName, byte[]> contents = new LinkedHashMap<>();

  void keep(NodeName node, byte[] content) {
    contents.put(node, content);
  }

  void forget(Collection<NodeName> nodes) {
    contents.keySet().removeAll(nodes);
  }

  /// Drops those that are not in the graph any more.
  void retain(Topology graph) {
    contents.keySet().removeIf(node -> graph.node(node).isEmpty());
  }

  /// Those there are, in the order they came.
  List<NodeName> nodes() {
    return List.copyOf(contents.keySet());
  }

  byte[] content(NodeName node) {
    byte[] content = contents.get(node);
    if (content == null) {
      throw new IllegalStateException("nothing is kept of node '" + node + "'");
    }
    return content;
  }

  /// What `node` holds, if it is the same as something kept.
  Optional<byte[]> find(NodeName node, Layers layers) {
    return contents.entrySet().stream()
        .filter(kept -> layers.agree(kept.getKey(), node))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
