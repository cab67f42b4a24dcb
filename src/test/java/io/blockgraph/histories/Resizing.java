package io.blockgraph.histories;

import io.blockgraph.block.Extent;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a change of one node's length does to what others show.
///
/// Bytes that are cut off are gone for good: a disk that grows shows zeroes, also where a backing
/// disk is longer (BG-23). Whoever shows the node is as long as it is, and so is what the node
/// shows; whoever only has it as a backing disk keeps the length and shows zeroes where it has no
/// bytes of its own.
final class Resizing {
  private final Site site;
  private final Topology graph;
  private final Layers layers;
  private final NodeName node;
  private final Set<NodeName> resized;
  private final int length;

  Resizing(Stage stage, NodeName node, int length) {
    this.site = stage.site;
    this.graph = stage.site.topology();
    this.layers = new Layers(graph, Set.of());
    this.node = node;
    this.resized = layers.same(node);
    this.length = length;
  }

  /// How what a node shows becomes something else.
  interface Effect {
    byte[] on(byte[] content);
  }

  /// What it does to `top`; empty when nothing. To be asked before.
  Optional<Effect> on(NodeName top) {
    if (resized.contains(top)) {
      return Optional.of(content -> Bytes.resized(content, length));
    }
    for (Edge edge : graph.childrenOf(top)) {
      Optional<Effect> below = on(edge.child());
      if (below.isPresent()) {
        return Optional.of(through(edge, below.get()));
      }
    }
    return Optional.empty();
  }

  private Effect through(Edge edge, Effect below) {
    if (edge.roles().has(Role.COW)) {
      return behind(new NodeName(edge.parent().id()), below);
    }
    boolean passed = layers.showsAll(edge) && !layers.isVote(edge);
    return passed
        ? below
        : _ -> {
          throw new AssertionError("node '" + node + "' was resized below '" + edge.id() + "'");
        };
  }

  /// The bytes that `top` does not have itself follow the backing disk.
  private Effect behind(NodeName top, Effect below) {
    List<Extent> extents = site.extents(top);
    return content -> {
      byte[] through = Bytes.resized(below.on(content), content.length);
      byte[] shown = content.clone();
      for (Extent extent : extents) {
        if (extent.depth() != 0) {
          int start = (int) Math.min(content.length, extent.range().offset());
          int end = (int) Math.min(content.length, extent.range().end());
          System.arraycopy(through, start, shown, start, end - start);
        }
      }
      return shown;
    };
  }

  /// Whether `top` gets another length itself.
  boolean isWhole(NodeName top) {
    return !Collections.disjoint(layers.same(top), resized);
  }

  /// Whether `top` stands on the node without being as long.
  boolean isBehind(NodeName top) {
    return !isWhole(top) && !Collections.disjoint(layers.below(top), resized);
  }
}
