package io.blockgraph.engine;

import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What users have asked of each node, counted where they enter the graph. Any thread.
///
/// A filter that a job has put in for a while is passed over: what comes in above it counts for the
/// node it stands on. What nodes ask of their children is not counted. Jobs that work through
/// [GatedDisk#call] count what they copy themselves.
public final class Traffic {
  private final Map<NodeName, NodeTraffic> byNode = new ConcurrentHashMap<>();
  private volatile Set<NodeName> timed = Set.of();

  Traffic() {}

  /// From now on requests to these nodes are timed.
  public void time(Set<NodeName> nodes) {
    timed = Set.copyOf(nodes);
    byNode.forEach(
        (node, traffic) -> {
          if (timed.contains(node)) {
            traffic.time();
          }
        });
  }

  /// The traffic of a node that has had a user; empty before.
  public Optional<NodeTraffic> find(NodeName node) {
    return Optional.ofNullable(byNode.get(node));
  }

  /// Where requests of a user count that enter the graph at `node`.
  public NodeTraffic at(NodeName node, Topology topology) {
    NodeName counted = belowImplicit(node, topology);
    return byNode.computeIfAbsent(counted, this::begun);
  }

  private NodeTraffic begun(NodeName node) {
    NodeTraffic traffic = new NodeTraffic();
    if (timed.contains(node)) {
      traffic.time();
    }
    return traffic;
  }

  /// The node is gone, and its figures with it.
  void forget(NodeName node) {
    byNode.remove(node);
  }

  private static NodeName belowImplicit(NodeName node, Topology topology) {
    NodeName at = node;
    while (true) {
      Optional<NodeName> below =
          topology
              .node(at)
              .filter(spec -> spec.origin() == NodeSpec.Origin.IMPLICIT)
              .flatMap(Traffic::filtered);
      if (below.isEmpty()) {
        return at;
      }
      at = below.get();
    }
  }

  private static Optional<NodeName> filtered(NodeSpec node) {
    return node.children().stream()
        .filter(child -> child.roles().has(Role.FILTERED))
        .map(ChildSpec::node)
        .findFirst();
  }
}
