package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;

/// How to resize a node, wherever it stands in the graph, or why not (requirements BG-20 to BG-22).
///
/// The gate is that RESIZE can be taken: a command becomes a user of the node that takes RESIZE and
/// shares everything, for as long as the change takes. A parent that cannot live with another
/// length does not share RESIZE, and is named. What has to do with lengths, and whether the driver
/// can, is not decided here.
public final class ResizeRules {
  private static final Permissions RESIZE = Permissions.of(Permission.RESIZE);

  /// What a command takes of the node and shares with others while it changes the length.
  public static final Grant GRANT = new Grant(RESIZE, Permissions.ALL);

  /// A resize that may be done.
  ///
  /// @param begin the edits that make the command a user of the node
  /// @param end the edits that let it go again
  /// @param next the graph while it lasts
  /// @param truncated the node whose length changes: filters pass it on to the node whose data they
  ///   show
  public record Resize(
      List<GraphEdit> begin, List<GraphEdit> end, Topology next, NodeName truncated) {
    /// Copies `begin` and `end`.
    public Resize {
      begin = List.copyOf(begin);
      end = List.copyOf(end);
    }
  }

  private final Planner planner;
  private final RuleBook rules;

  /// Decides by `rules`; `planner` has the same.
  public ResizeRules(Planner planner, RuleBook rules) {
    this.planner = planner;
    this.rules = rules;
  }

  /// Checks, in this order: the node is there and no job owns it; neither it nor what it filters is
  /// read-only; RESIZE can be taken; no other node that it is passed down to is read-only.
  ///
  /// @param command the id under which the command will stand in the graph
  public Ruling<Resize> resize(Topology graph, NodeName node, UserId command) {
    User user = user(node, command);
    Edge taking = user.edges().getFirst().edgeOf(user);
    Optional<Refusal> refusal = Busy.objection(graph, node).or(() -> readOnly(graph, node, taking));
    if (refusal.isPresent()) {
      return new Ruling.Refused<>(refusal.get());
    }
    return switch (planner.plan(graph, List.of(new GraphEdit.AddUser(user)))) {
      case Outcome.Refused(Refusal conflict) -> new Ruling.Refused<>(conflict);
      case Outcome.Planned(Topology next) ->
          readOnlyBelow(next, node)
              .<Ruling<Resize>>map(Ruling.Refused::new)
              .orElseGet(() -> new Ruling.Allowed<>(allowed(graph, node, command, next)));
    };
  }

  private Resize allowed(Topology graph, NodeName node, UserId command, Topology next) {
    return new Resize(
        List.of(new GraphEdit.AddUser(user(node, command))),
        List.of(new GraphEdit.RemoveUser(command)),
        next,
        new Walks(graph, rules).skipFilters(node));
  }

  /// Whoever passes RESIZE on changes the length of its child. A read-only child cannot follow, and
  /// the planner has nothing against it: it only keeps writers away.
  private static Optional<Refusal> readOnlyBelow(Topology next, NodeName node) {
    for (Edge edge : next.childrenOf(node)) {
      if (edge.grant().taken().has(Permission.RESIZE)) {
        Optional<Refusal> refusal =
            next.node(edge.child()).orElseThrow().readOnly()
                ? Optional.of(new Refusal.NodeReadOnly(edge.child(), RESIZE, edge))
                : readOnlyBelow(next, edge.child());
        if (refusal.isPresent()) {
          return refusal;
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Refusal> readOnly(Topology graph, NodeName at, Edge requiring) {
    return graph.node(at).orElseThrow().readOnly()
        ? Optional.of(new Refusal.NodeReadOnly(at, RESIZE, requiring))
        : new Walks(graph, rules)
            .filteredChild(at)
            .flatMap(below -> readOnly(graph, below, requiring));
  }

  private static User user(NodeName node, UserId command) {
    User.UserEdge edge = new User.UserEdge(ChildName.ROOT, node, GRANT, User.OnSwap.FOLLOW);
    return new User(command, User.Kind.COMMAND, List.of(edge));
  }
}
