package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Node;
import io.blockgraph.engine.bitmap.NodeBitmaps;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Topology;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/// The graph and what is open for it: one immutable value, replaced as a whole by one that shares
/// with it what stays.
///
/// @param state the graph
/// @param nodes every node of it, open
/// @param bound every node of it, as a disk over its children
/// @param bitmaps the bitmaps of those nodes that have some
record Live(
    GraphState state,
    PMap<NodeName, Node> nodes,
    PMap<NodeName, BlockIo> bound,
    PMap<NodeName, NodeBitmaps> bitmaps) {
  /// Nothing, at a revision.
  static Live empty(long revision) {
    return new Live(
        new GraphState(revision, Topology.EMPTY),
        HashTreePMap.empty(),
        HashTreePMap.empty(),
        HashTreePMap.empty());
  }

  /// The bound children of `node` in `topology`, out of `disks`.
  static Children childrenOf(NodeName node, Topology topology, Map<NodeName, BlockIo> disks) {
    Map<ChildName, BlockIo> byName = new LinkedHashMap<>();
    for (Edge edge : topology.childrenOf(node)) {
      byName.put(edge.name(), required(disks, edge.child()));
    }
    return new Children(byName);
  }

  /// The open node of that name.
  Node node(NodeName name) {
    return required(nodes, name);
  }

  /// The bound disk of that name.
  BlockIo disk(NodeName name) {
    return required(bound, name);
  }

  /// The bitmaps of a node.
  NodeBitmaps bitmapsOf(NodeName node) {
    return bitmaps.getOrDefault(node, NodeBitmaps.NONE);
  }

  /// Bitmaps of nodes that nobody can write to at the moment get the lengths of their disks.
  void fitBitmaps(Set<NodeName> held) {
    for (NodeName node : held) {
      NodeBitmaps on = bitmaps.get(node);
      if (on != null) {
        on.resize(disk(node).sizeBytes());
      }
    }
  }

  /// The bound disk of that name, of here or else of `other`.
  ///
  /// @throws BlockException when it is in neither
  BlockIo diskOr(NodeName name, Live other) {
    BlockIo disk = bound.getOrDefault(name, other.bound.get(name));
    if (disk == null) {
      throw new BlockException(
          BlockException.Kind.CLOSED, "node '" + name + "' comes and goes within one change");
    }
    return disk;
  }

  private static <T> T required(Map<NodeName, T> map, NodeName name) {
    T value = map.get(name);
    if (value == null) {
      throw new IllegalStateException("node '" + name + "' is in the graph and not open");
    }
    return value;
  }
}
