package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.Node;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;

/// The nodes that a change takes away from above others: they let go before the change does
/// anything there. One thread.
final class Leaving {
  private final Live now;
  private final GraphDiff diff;
  private final ArrayDeque<Node> left = new ArrayDeque<>();

  Leaving(Live now, GraphDiff diff) {
    this.now = now;
    this.diff = diff;
  }

  /// Parents before children; no request is under way.
  void run() throws Preparation.Failed {
    Topology topology = now.state().topology();
    for (NodeName name : Cone.childrenFirst(topology, leaving(topology)).reversed()) {
      Node node = now.node(name);
      left.push(node);
      try {
        node.leave(Live.childrenOf(name, topology, now.bound()));
      } catch (BlockException e) {
        throw new Preparation.Failed(name, e);
      }
    }
  }

  private Set<NodeName> leaving(Topology topology) {
    Set<NodeName> names = new LinkedHashSet<>();
    diff.nodesRemoved().stream().map(NodeSpec::name).forEach(names::add);
    for (NodeSpec after : diff.nodesChanged()) {
      NodeSpec before = topology.node(after.name()).orElseThrow();
      if (!before.children().equals(after.children())) {
        names.add(after.name());
      }
    }
    return names;
  }

  /// They stay.
  void abort() {
    left.forEach(Node::stay);
  }
}
