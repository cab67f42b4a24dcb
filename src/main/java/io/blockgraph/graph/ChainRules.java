package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which part of a backing chain a job works on, or why there is no such part.
///
///     disk --backing--> ... --> bottom --backing--> base --> ...
///     └──────── the span ─────────┘                 stays as it is
///
/// Filters may stand everywhere between the disks. Pure.
public final class ChainRules {
  private final Topology graph;
  private final RuleBook rules;
  private final Walks walks;

  /// Decides in `graph` by `rules`.
  public ChainRules(Topology graph, RuleBook rules) {
    this.graph = graph;
    this.rules = rules;
    this.walks = new Walks(graph, rules);
  }

  /// A part of a chain.
  ///
  /// @param disk its uppermost disk
  /// @param below everything below that, filters too, down to `bottom`; empty when the disk is all
  ///   of it
  /// @param bottom its lowest disk
  /// @param filters those of `below` that hold nothing of their own
  public record Span(NodeName disk, List<NodeName> below, NodeName bottom, Set<NodeName> filters) {
    /// Copies the collections.
    public Span {
      below = List.copyOf(below);
      filters = Set.copyOf(filters);
    }

    /// How many disks it has.
    public int layers() {
      return 1 + below.size() - filters.size();
    }

    /// The edges from each of its nodes to the next, from the top down.
    public List<Edge> links(Topology graph) {
      List<Edge> links = new ArrayList<>();
      NodeName upper = disk;
      for (NodeName lower : below) {
        graph.childrenOf(upper).stream()
            .filter(edge -> edge.child().equals(lower))
            .filter(edge -> edge.roles().has(Role.COW) || edge.roles().has(Role.FILTERED))
            .forEach(links::add);
        upper = lower;
      }
      return links;
    }
  }

  /// From `node` down to the disk that `base` backs, be it through filters.
  public Ruling<Span> above(NodeName node, NodeName base) {
    return missing(node, base)
        .<Ruling<Span>>map(Ruling.Refused::new)
        .orElseGet(
            () -> {
              List<NodeName> chain = walks.chainWithFilters(walks.skipFilters(node));
              int at = chain.indexOf(base);
              return at < 1 ? elsewhere(node, base) : span(chain.subList(0, at));
            });
  }

  /// From `node` down to `bottom`, or to the disk that it shows.
  public Ruling<Span> downTo(NodeName node, NodeName bottom) {
    return missing(node, bottom)
        .<Ruling<Span>>map(Ruling.Refused::new)
        .orElseGet(
            () -> {
              List<NodeName> chain = walks.chainWithFilters(walks.skipFilters(node));
              int at = chain.indexOf(walks.skipFilters(bottom));
              return at < 1 ? elsewhere(node, bottom) : span(chain.subList(0, at + 1));
            });
  }

  /// From `node` down to the end of its chain.
  public Ruling<Span> whole(NodeName node) {
    return missing(node, node)
        .<Ruling<Span>>map(Ruling.Refused::new)
        .orElseGet(() -> span(walks.chainWithFilters(walks.skipFilters(node))));
  }

  private Optional<Refusal> missing(NodeName node, NodeName other) {
    return Stream.of(node, other)
        .filter(name -> graph.node(name).isEmpty())
        .findFirst()
        .map(Refusal.NodeNotFound::new);
  }

  private static Ruling<Span> elsewhere(NodeName node, NodeName wanted) {
    return new Ruling.Refused<>(new Refusal.NotInChain(node, wanted));
  }

  /// The disks of `chain` and what stands between them; filters below the last disk are no part of
  /// it.
  private Ruling<Span> span(List<NodeName> chain) {
    List<NodeName> nodes = new ArrayList<>(chain);
    while (walks.isFilter(nodes.getLast())) {
      nodes.removeLast();
    }
    List<NodeName> below = nodes.subList(1, nodes.size());
    Set<NodeName> filters = below.stream().filter(walks::isFilter).collect(Collectors.toSet());
    return new Ruling.Allowed<>(new Span(nodes.getFirst(), below, nodes.getLast(), filters));
  }

  /// Why nobody may begin to work on `span`: a job has frozen a link within it, or one that leads
  /// to it, or owns one of its nodes.
  public Optional<Refusal> objection(Span span) {
    Stream<Edge> links =
        Stream.concat(span.links(graph).stream(), graph.parentsOf(span.disk()).stream());
    Optional<Refusal> frozen = links.flatMap(edge -> frozen(edge).stream()).findFirst();
    return frozen.or(
        () ->
            Stream.concat(Stream.of(span.disk()), span.below().stream())
                .flatMap(node -> Busy.objection(graph, node).or(() -> chainWithin(node)).stream())
                .findFirst());
  }

  /// Why the lowest disk of `span` cannot be written to while those above it show what they showed:
  /// a filter compares what it shows with another disk, which would not follow.
  public Optional<Refusal> writingObjection(Span span) {
    return span.filters().stream()
        .map(filter -> graph.node(filter).orElseThrow())
        .filter(filter -> replaceRule(filter) instanceof DriverRules.ReplaceRule.SameData)
        .<Refusal>map(filter -> new Refusal.SidesWouldDiffer(filter.name(), filter.driver()))
        .findFirst();
  }

  private DriverRules.ReplaceRule replaceRule(NodeSpec node) {
    return rules.rulesOf(node.driver()).orElseThrow().replaceRule(node);
  }

  /// A layer that has no backing disk by itself but shows a disk that has one: how deep its data
  /// lies then says nothing about the layers, and what a job has to copy cannot be told.
  private Optional<Refusal> chainWithin(NodeName layer) {
    NodeSpec node = graph.node(layer).orElseThrow();
    return !walks.isFilter(layer) && !supportsBacking(node) && showsChain(node)
        ? Optional.of(new Refusal.BackingUnsupported(layer, node.driver()))
        : Optional.empty();
  }

  private boolean showsChain(NodeSpec node) {
    return node.children().stream()
        .filter(child -> child.roles().has(Role.FILTERED) || child.roles().has(Role.DATA))
        .map(child -> graph.node(child.node()).orElseThrow())
        .anyMatch(
            below ->
                supportsBacking(below)
                    ? walks.cowChild(below.name()).isPresent()
                    : showsChain(below));
  }

  private boolean supportsBacking(NodeSpec node) {
    return rules.rulesOf(node.driver()).orElseThrow().supportsBacking();
  }

  private Optional<Refusal> frozen(Edge edge) {
    return edge.frozenBy()
        .map(
            by ->
                new Refusal.EdgeFrozen(
                    edge, by, graph.user(by).map(User::kind).orElse(User.Kind.JOB)));
  }

  /// The lowest disk's own backing disk, with the filters above it.
  public Optional<NodeName> base(Span span) {
    return walks.cowChild(span.bottom());
  }
}
