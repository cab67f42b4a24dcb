package io.blockgraph.engine;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.UserId;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/// Looking closely at nodes: times in bins, what nodes ask of their children, and word of a write
/// that goes far. Any thread.
///
/// All of it is of this run of the service and ends with the node. While nobody looks closely at a
/// node, its parents ask it directly and pay nothing.
public final class Metering {
  private final BlockGraph graph;

  /// Looks at nodes of `graph`.
  public Metering(BlockGraph graph) {
    this.graph = graph;
  }

  /// What was asked of a node, as of one moment.
  ///
  /// @param traffic the figures; they go on
  /// @param inFlight requests of users that are under way
  /// @param edges what was asked over each edge that led here
  public record OfNode(NodeTraffic traffic, int inFlight, List<OfEdge> edges) {
    /// Copies `edges`.
    public OfNode {
      edges = List.copyOf(edges);
    }
  }

  /// What was asked over an edge, as of one moment.
  ///
  /// @param counted whether requests over it are counted at all; those of nodes are only while
  ///   somebody looks closely at the child
  /// @param inFlight requests of its user that are under way; empty for a node's edge
  public record OfEdge(EdgeId id, boolean counted, OptionalLong inFlight, IoFigures figures) {}

  /// The figures of a node.
  public Result<OfNode> node(NodeName name) {
    return known(name)
        .then(
            traffic -> {
              Topology topology = graph.state().topology();
              List<OfEdge> edges =
                  traffic.edges().stream()
                      .flatMap(id -> topology.edge(id).stream())
                      .map(this::of)
                      .toList();
              int inFlight =
                  edges.stream()
                      .flatMap(edge -> user(topology.edge(edge.id())).stream())
                      .distinct()
                      .mapToInt(graph::underWay)
                      .sum();
              return new Result.Done<>(new OfNode(traffic, inFlight, edges));
            });
  }

  /// The figures of an edge.
  public Result<OfEdge> edge(EdgeId id) {
    return graph
        .state()
        .topology()
        .edge(id)
        .<Result<OfEdge>>map(edge -> new Result.Done<>(of(edge)))
        .orElseGet(
            () -> new Result.Rejected<>(new Rejection.RuleBroken(new Refusal.EdgeNotFound(id))));
  }

  private OfEdge of(Edge edge) {
    Optional<UserId> user = user(Optional.of(edge));
    boolean counted =
        user.isPresent()
            || graph
                .traffic()
                .find(edge.child())
                .filter(NodeTraffic::isLookedAtClosely)
                .isPresent();
    OptionalLong inFlight =
        user.isPresent() ? OptionalLong.of(graph.underWay(user.get())) : OptionalLong.empty();
    return new OfEdge(edge.id(), counted, inFlight, graph.traffic().figures(edge.id()));
  }

  private static Optional<UserId> user(Optional<Edge> edge) {
    return edge.map(Edge::parent)
        .filter(Parent.OfUser.class::isInstance)
        .map(parent -> ((Parent.OfUser) parent).user());
  }

  /// From now on everything that is asked of a node is counted and timed in `bins`; times counted
  /// before are forgotten.
  public Result<OfNode> time(NodeName name, Bins bins) {
    return changed(
        name,
        traffic -> {
          traffic.look(NodeTraffic.Look.CLOSE);
          traffic.time(bins);
        });
  }

  /// Ends what [#time] began.
  public Result<OfNode> stopTiming(NodeName name) {
    return changed(
        name,
        traffic -> {
          traffic.look(NodeTraffic.Look.FROM_AFAR);
          traffic.time(null);
        });
  }

  /// Has the next write to a node that ends beyond `bytes` be told as `write-threshold`, once,
  /// right before it is made, whoever makes it; empty for none.
  public Result<OfNode> threshold(NodeName name, OptionalLong bytes) {
    return changed(name, traffic -> traffic.threshold(bytes));
  }

  /// Figures of a node and of the edges that lead to it begin anew.
  public Result<OfNode> reset(NodeName name) {
    return known(name)
        .then(
            traffic -> {
              traffic.reset();
              return node(name);
            });
  }

  private Result<NodeTraffic> known(NodeName name) {
    return graph.state().topology().node(name).isEmpty()
        ? new Result.Rejected<>(new Rejection.RuleBroken(new Refusal.NodeNotFound(name)))
        : new Result.Done<>(graph.traffic().of(name));
  }

  /// Those above a node that nobody looked at closely, and nobody does now, are bound as they have
  /// to be. All others are bound anew, be it for the second time: the first may have been refused.
  private Result<OfNode> changed(NodeName name, Consumer<NodeTraffic> wish) {
    return known(name)
        .then(
            traffic -> {
              boolean before = traffic.isLookedAtClosely();
              wish.accept(traffic);
              return before || traffic.isLookedAtClosely() ? rebind(name) : node(name);
            });
  }

  private Result<OfNode> rebind(NodeName name) {
    Set<NodeName> parents = new HashSet<>();
    for (Edge edge : graph.state().topology().parentsOf(name)) {
      if (edge.parent() instanceof Parent.OfNode(NodeName parent)) {
        parents.add(parent);
      }
    }
    if (parents.isEmpty()) {
      return node(name);
    }
    return graph
        .commit(Change.of("meter of '" + name + "'", List.of()).passing().rebinding(parents))
        .then(_ -> node(name));
  }
}
