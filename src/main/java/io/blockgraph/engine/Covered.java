package io.blockgraph.engine;

import io.blockgraph.block.BlockException;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;

/// Disks that were written to and stand behind an overlay from now on. Who flushes goes on to flush
/// the overlay, and that does not reach what backs it: what was written before must be durable when
/// the overlay comes.
final class Covered {
  private Covered() {}

  /// Makes durable what was written to them.
  static void flush(Live now, GraphDiff diff) throws Preparation.Failed {
    for (NodeName name : nodes(now.state().topology(), diff)) {
      try {
        now.disk(name).flush();
      } catch (BlockException e) {
        throw new Preparation.Failed(name, e);
      }
    }
  }

  private static Set<NodeName> nodes(Topology before, GraphDiff diff) {
    Set<NodeName> nodes = new LinkedHashSet<>();
    Stream.concat(
            diff.edgesAdded().stream(),
            diff.edgesChanged().stream().map(GraphDiff.EdgeChange::after))
        .filter(edge -> edge.roles().has(Role.COW))
        .map(Edge::child)
        .filter(child -> before.node(child).isPresent())
        .filter(child -> before.grantOn(child).taken().has(Permission.WRITE))
        .forEach(nodes::add);
    return nodes;
  }
}
