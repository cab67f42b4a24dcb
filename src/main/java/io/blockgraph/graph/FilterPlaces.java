package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// How a filter gets between a node and those who use it, and out again, wherever the node stands:
///
///     parents --> node        becomes        parents --> filter --> node
///
/// All parents move to the filter, or only the edges named. A job has edges that a filter may not come between: the one to
/// its own filter, by which it does its work, and the idle hold on its source. At its source the filter goes below the
/// job's own; at its target, where the job writes through one edge and holds the permission for it by another, both move:
///
///     job.filter --file--> slow --> source          job.filter --target--> slow --> target
///     job -------source-----------> source          job ---------target--> slow
///
/// Pure; what is decided is about the graph given.
public final class FilterPlaces {
  private final Topology graph;
  private final RuleBook rules;

  /// Places in `graph` by `rules`.
  public FilterPlaces(Topology graph, RuleBook rules) {
    this.graph = graph;
    this.rules = rules;
  }

  /// The edits that let all parents of `node` use `filter` instead, which is added before and shows
  /// the node. What a job holds stays where it has to.
  public Ruling<List<GraphEdit>> above(NodeName node, NodeName filter) {
    List<Edge> parents = graph.parentsOf(node);
    List<Refusal> refusals = parents.stream().flatMap(edge -> fixed(edge, node).stream()).toList();
    if (!parents.isEmpty() && refusals.size() == parents.size()) {
      return new Ruling.Refused<>(refusals.getFirst());
    }
    List<GraphEdit> edits = new ArrayList<>();
    parents.stream().filter(this::isWorkingHold).forEach(e -> edits.add(turned(e, filter)));
    edits.add(new GraphEdit.MoveParents(node, filter, Set.of()));
    return new Ruling.Allowed<>(edits);
  }

  /// The edits that let `edges`, which lead to `node`, lead to `filter` instead.
  public Ruling<List<GraphEdit>> above(NodeName node, NodeName filter, Set<EdgeId> edges) {
    List<Edge> moving = new ArrayList<>();
    for (EdgeId id : edges) {
      Optional<Edge> edge = graph.edge(id);
      if (edge.isEmpty()) {
        return new Ruling.Refused<>(new Refusal.EdgeNotFound(id));
      }
      Optional<Refusal> refusal = fixed(edge.get(), node);
      if (refusal.isPresent()) {
        return new Ruling.Refused<>(refusal.get());
      }
      moving.add(edge.get());
      moving.addAll(belongingTo(edge.get()));
    }
    return new Ruling.Allowed<>(
        moving.stream().distinct().map(edge -> turned(edge, filter)).toList());
  }

  /// The edits that take `filter` out from above `node`: its parents use the node again.
  public Ruling<List<GraphEdit>> without(NodeName filter, NodeName node) {
    Optional<Refusal> refusal = notAbove(filter, node);
    if (refusal.isPresent()) {
      return new Ruling.Refused<>(refusal.get());
    }
    List<GraphEdit> edits = new ArrayList<>();
    for (Edge edge : graph.parentsOf(filter)) {
      if (isWorkingHold(edge)) {
        edits.add(turned(edge, node));
      } else if (edge.parent() instanceof Parent.OfUser(UserId user, User.Kind kind)
          && stays(edge)) {
        return new Ruling.Refused<>(new Refusal.NodeBusy(filter, user, kind));
      }
    }
    edits.add(new GraphEdit.MoveParents(filter, node, Set.of()));
    edits.add(new GraphEdit.RemoveNode(filter));
    return new Ruling.Allowed<>(edits);
  }

  private Optional<Refusal> notAbove(NodeName filter, NodeName node) {
    for (NodeName name : List.of(node, filter)) {
      if (graph.node(name).isEmpty()) {
        return Optional.of(new Refusal.NodeNotFound(name));
      }
    }
    Optional<NodeName> shown = new Walks(graph, rules).filteredChild(filter);
    if (shown.isEmpty()) {
      DriverName driver = graph.node(filter).orElseThrow().driver();
      return Optional.of(new Refusal.NotAFilter(filter, driver));
    }
    return shown
        .filter(below -> !below.equals(node))
        .map(below -> new Refusal.FilterElsewhere(filter, below, node));
  }

  /// Why `edge` cannot lead to a filter above `node`.
  private Optional<Refusal> fixed(Edge edge, NodeName node) {
    if (!edge.child().equals(node)) {
      return Optional.of(new Refusal.EdgeElsewhere(edge, node));
    }
    return edge.parent() instanceof Parent.OfUser(UserId user, User.Kind kind)
            && stays(edge)
            && !isWorkingHold(edge)
        ? Optional.of(new Refusal.JobEdgeFixed(edge, user, kind, instead(edge, user)))
        : Optional.empty();
  }

  /// Where a filter can come instead: for the edge to the job's own filter below that one, for a
  /// hold at the edge of the job's filter to the same node.
  private List<EdgeId> instead(Edge edge, UserId job) {
    return ownFilters(job).stream()
        .flatMap(own -> graph.childrenOf(own).stream())
        .filter(
            below ->
                isOf(below, edge.child())
                    ? below.roles().has(Role.FILTERED)
                    : below.child().equals(edge.child()))
        .map(Edge::id)
        .toList();
  }

  private static boolean isOf(Edge edge, NodeName parent) {
    return edge.parent() instanceof Parent.OfNode(NodeName node) && node.equals(parent);
  }

  /// What goes along with `edge`: a job writes to its target by an edge of its filter, and holds
  /// the permission for that itself.
  private List<Edge> belongingTo(Edge edge) {
    return graph.parentsOf(edge.child()).stream()
        .filter(other -> !other.equals(edge) && (areOne(edge, other) || areOne(other, edge)))
        .toList();
  }

  /// Whether `hold` is a job's permission for what its filter does by `work`.
  private boolean areOne(Edge hold, Edge work) {
    return hold.parent() instanceof Parent.OfUser(UserId job, User.Kind _)
        && stays(hold)
        && !hold.grant().taken().isEmpty()
        && work.parent() instanceof Parent.OfNode(NodeName own)
        && ownFilters(job).contains(own)
        && !work.roles().has(Role.FILTERED);
  }

  private boolean isWorkingHold(Edge edge) {
    return graph.parentsOf(edge.child()).stream().anyMatch(work -> areOne(edge, work));
  }

  /// The filters that `job` has put in for itself.
  private List<NodeName> ownFilters(UserId job) {
    return graph.edgesOf(job).stream()
        .map(Edge::child)
        .filter(node -> graph.node(node).orElseThrow().origin() == NodeSpec.Origin.IMPLICIT)
        .toList();
  }

  private boolean stays(Edge edge) {
    return edge.parent() instanceof Parent.OfUser(UserId user, User.Kind _)
        && graph.user(user).orElseThrow().edges().stream()
            .anyMatch(own -> own.name().equals(edge.name()) && own.onSwap() == User.OnSwap.STAY);
  }

  private static GraphEdit turned(Edge edge, NodeName to) {
    return switch (edge.parent()) {
      case Parent.OfNode(NodeName node) -> new GraphEdit.ReplaceChild(node, edge.name(), to);
      case Parent.OfUser(UserId user, User.Kind _) ->
          new GraphEdit.ReplaceUserEdge(user, edge.name(), to);
    };
  }
}
