package io.blockgraph.engine;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Children;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What was asked of each node. Any thread.
///
/// What users ask is counted where they enter the graph, always. A filter that a job has put in for
/// a while is passed over: what comes in above it counts for the node it stands on. What nodes ask
/// of their children is counted only for nodes that are looked at closely: their parents see them
/// through a [MeteredDisk]. Jobs that work through [GatedDisk#call] count what they copy
/// themselves.
public final class Traffic {
  private final Map<NodeName, NodeTraffic> byNode = new ConcurrentHashMap<>();
  private final Map<EdgeId, Set<NodeTraffic>> byEdge = new ConcurrentHashMap<>();
  private final EventLog events;
  private volatile Set<NodeName> timed = Set.of();

  /// Counts that tell `events` of writes beyond a threshold.
  Traffic(EventLog events) {
    this.events = events;
  }

  /// From now on requests of users to these nodes are timed.
  public void time(Set<NodeName> nodes) {
    timed = Set.copyOf(nodes);
    byNode.forEach(
        (node, traffic) -> {
          if (timed.contains(node) && traffic.bins().isEmpty()) {
            traffic.time(Bins.USUAL);
          }
        });
  }

  /// The traffic of a node that has had a user; empty before.
  public Optional<NodeTraffic> find(NodeName node) {
    return Optional.ofNullable(byNode.get(node));
  }

  /// What was asked over an edge since it was there, or since its node's figures began anew.
  public IoFigures figures(EdgeId edge) {
    return byEdge.getOrDefault(edge, Set.of()).stream()
        .flatMap(node -> node.figures(edge).stream())
        .reduce(IoFigures.NONE, IoFigures::plus);
  }

  /// Where requests count that enter the graph at `node` and whose edge is nobody's business.
  public NodeTraffic at(NodeName node, Topology topology) {
    return of(belowImplicit(node, topology));
  }

  /// The traffic of exactly this node.
  NodeTraffic of(NodeName node) {
    return byNode.computeIfAbsent(node, this::begun);
  }

  /// Where requests of an edge of a user count.
  EdgeTraffic at(Edge edge, Topology topology) {
    NodeTraffic node = at(edge.child(), topology);
    return edge.parent() instanceof Parent.OfUser(UserId _, User.Kind kind)
            && kind == User.Kind.COMMAND
        ? node.others()
        : counted(edge.id(), node);
  }

  private boolean isLookedAtClosely(NodeName node) {
    NodeTraffic traffic = byNode.get(node);
    return traffic != null && traffic.isLookedAtClosely();
  }

  /// The children of `parent`, so that what it asks of those that are looked at closely counts.
  Children metered(NodeSpec parent, Topology topology, Children children) {
    if (parent.children().stream().noneMatch(child -> isLookedAtClosely(child.node()))) {
      return children;
    }
    Map<ChildName, BlockIo> seen = new LinkedHashMap<>(children.byName());
    for (Edge edge : topology.childrenOf(parent.name())) {
      if (isLookedAtClosely(edge.child())) {
        seen.computeIfPresent(edge.name(), (_, disk) -> MeteredDisk.of(disk, below(parent, edge)));
      }
    }
    return new Children(seen);
  }

  /// What a job's filter passes down was counted where it came in, or by the job.
  private EdgeTraffic below(NodeSpec parent, Edge edge) {
    NodeTraffic node = of(edge.child());
    led(edge.id(), node);
    return parent.origin() == NodeSpec.Origin.IMPLICIT
        ? node.passing(edge.id())
        : counted(edge.id(), node);
  }

  private EdgeTraffic counted(EdgeId edge, NodeTraffic node) {
    led(edge, node);
    return node.edge(edge);
  }

  private void led(EdgeId edge, NodeTraffic node) {
    byEdge.computeIfAbsent(edge, _ -> ConcurrentHashMap.newKeySet()).add(node);
  }

  private NodeTraffic begun(NodeName node) {
    NodeTraffic traffic = new NodeTraffic(threshold -> beyond(node, threshold));
    if (timed.contains(node)) {
      traffic.time(Bins.USUAL);
    }
    return traffic;
  }

  private void beyond(NodeName node, NodeTraffic.Beyond beyond) {
    events.tell(
        "write-threshold",
        Map.of(
            "node", node.value(),
            "writeThreshold", beyond.threshold(),
            "amountExceeded", beyond.amount()));
  }

  /// The node is gone, and its figures with it.
  void forget(NodeName node) {
    byNode.remove(node);
  }

  /// The edge is gone; what it asked of nodes stays with them.
  void forget(EdgeId edge) {
    Set<NodeTraffic> nodes = byEdge.remove(edge);
    if (nodes != null) {
      nodes.forEach(node -> node.leave(edge));
    }
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
