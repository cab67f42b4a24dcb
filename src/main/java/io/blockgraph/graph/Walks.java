package io.blockgraph.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Ways down a graph: through filters, along backing disks, over everything below a node.
///
/// Answers are about the graph given and never change; safe from any thread. Every method that is
/// given a node throws [IllegalArgumentException] when the graph has none of that name: ask
/// [Topology#node] first for input of strangers.
public final class Walks {
  private final Topology graph;
  private final RuleBook rules;

  /// Walks in `graph`; `rules` say what a filter is.
  public Walks(Topology graph, RuleBook rules) {
    this.graph = graph;
    this.rules = rules;
  }

  /// Whether `node` shows exactly the data of one of its children.
  public boolean isFilter(NodeName node) {
    return rules.rulesOf(spec(node).driver()).orElseThrow().isFilter();
  }

  /// The child whose data a filter shows; empty for every node that is not a filter.
  public Optional<NodeName> filteredChild(NodeName node) {
    return isFilter(node) ? childWith(node, Role.FILTERED) : Optional.empty();
  }

  /// The edge to the child whose data a filter shows; empty for every node that is not a filter.
  public Optional<Edge> filteredEdge(NodeName node) {
    return isFilter(node)
        ? graph.childrenOf(node).stream().filter(e -> e.roles().has(Role.FILTERED)).findFirst()
        : Optional.empty();
  }

  /// The backing disk of this very node; empty for filters.
  public Optional<NodeName> cowChild(NodeName node) {
    return childWith(node, Role.COW);
  }

  /// The next node of the chain: what a filter shows, or the backing disk of another node.
  public Optional<NodeName> filterOrCowChild(NodeName node) {
    return filteredChild(node).or(() -> cowChild(node));
  }

  /// The first node at or below `node` that is not a filter.
  public NodeName skipFilters(NodeName node) {
    Optional<NodeName> below = filteredChild(node);
    return below.isEmpty() ? node : skipFilters(below.get());
  }

  /// The first node at or below `node` that is not a filter that a job has put in.
  public NodeName skipImplicitFilters(NodeName node) {
    boolean implicit = spec(node).origin() == NodeSpec.Origin.IMPLICIT;
    Optional<NodeName> below = implicit ? filteredChild(node) : Optional.empty();
    return below.isEmpty() ? node : skipImplicitFilters(below.get());
  }

  /// The topmost filter that jobs have put above `node`, or `node` itself. Whoever comes while a
  /// job is under way has to come in there: the job must see what is written.
  public NodeName aboveImplicitFilters(NodeName node) {
    return implicitFilterAbove(node).map(this::aboveImplicitFilters).orElse(node);
  }

  /// The next filter of a job above `node`; where the job owns the node, also above filters that
  /// somebody has put between the two.
  private Optional<NodeName> implicitFilterAbove(NodeName node) {
    List<NodeName> filters = filtersAbove(node).toList();
    Optional<NodeName> next = filters.stream().filter(this::isImplicit).findFirst();
    return next.isPresent() || Busy.objection(graph, node).isEmpty()
        ? next
        : filters.stream().flatMap(above -> nearestImplicit(above).stream()).findFirst();
  }

  private Optional<NodeName> nearestImplicit(NodeName node) {
    return isImplicit(node)
        ? Optional.of(node)
        : filtersAbove(node).flatMap(above -> nearestImplicit(above).stream()).findFirst();
  }

  private Stream<NodeName> filtersAbove(NodeName node) {
    return graph.parentsOf(node).stream()
        .filter(edge -> edge.roles().has(Role.FILTERED))
        .flatMap(
            edge ->
                edge.parent() instanceof Parent.OfNode(var above)
                    ? Stream.of(above)
                    : Stream.empty());
  }

  private boolean isImplicit(NodeName node) {
    return spec(node).origin() == NodeSpec.Origin.IMPLICIT
        && rules.rulesOf(spec(node).driver()).orElseThrow().isWayIn();
  }

  /// The backing disk of the first node that is not a filter; it may be a filter itself.
  public Optional<NodeName> backing(NodeName node) {
    return cowChild(skipFilters(node));
  }

  /// The disks of the chain from the top down, without filters: the first is [#skipFilters] of
  /// `node`.
  public List<NodeName> backingChain(NodeName node) {
    List<NodeName> chain = new ArrayList<>();
    Optional<NodeName> next = Optional.of(node);
    while (next.isPresent()) {
      NodeName disk = skipFilters(next.get());
      chain.add(disk);
      next = cowChild(disk);
    }
    return Collections.unmodifiableList(chain);
  }

  /// The chain from `node` down with its filters, each once.
  public List<NodeName> chainWithFilters(NodeName node) {
    List<NodeName> chain = new ArrayList<>();
    Optional<NodeName> next = Optional.of(node);
    while (next.isPresent()) {
      chain.add(next.get());
      next = filterOrCowChild(next.get());
    }
    return Collections.unmodifiableList(chain);
  }

  /// `node` and everything below it, nearer nodes first.
  public Set<NodeName> subtree(NodeName node) {
    Set<NodeName> found = new LinkedHashSet<>(Set.of(spec(node).name()));
    Deque<NodeName> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      graph.childrenOf(open.remove()).stream()
          .map(Edge::child)
          .filter(found::add)
          .forEach(open::add);
    }
    return Collections.unmodifiableSet(found);
  }

  /// Whether `lower` can be reached from `upper` by one edge or more.
  public boolean isBelow(NodeName lower, NodeName upper) {
    return !lower.equals(upper) && subtree(upper).contains(spec(lower).name());
  }

  /// The nodes that no other node uses (users may), in the order they came.
  public List<NodeName> roots() {
    return graph.nodes().stream()
        .map(NodeSpec::name)
        .filter(
            node ->
                graph.parentsOf(node).stream()
                    .noneMatch(edge -> edge.parent() instanceof Parent.OfNode))
        .toList();
  }

  private Optional<NodeName> childWith(NodeName node, Role role) {
    return spec(node).children().stream()
        .filter(child -> child.roles().has(role))
        .map(ChildSpec::node)
        .findFirst();
  }

  private NodeSpec spec(NodeName node) {
    return graph
        .node(node)
        .orElseThrow(() -> new IllegalArgumentException("no node '" + node + "' in this graph"));
  }
}
