package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;

/// Whether somebody who is not there yet could use a node, and what stands in the way. Pure; safe
/// from any thread.
public final class Newcomers {
  /// Who could come.
  public enum Kind {
    /// An export whose clients read.
    READER,
    /// An export whose clients write.
    WRITER,
    /// A request that changes the length.
    RESIZER;

    /// The word used over HTTP, and the name the newcomer has in sentences: `reader`.
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
  private static final Permissions ALL_BUT_RESIZE = Permissions.ALL.without(Permission.RESIZE);

  private final Planner planner;
  private final RuleBook rules;
  private final ResizeRules resizes;

  /// Decides by `rules`; `planner` has the same.
  public Newcomers(Planner planner, RuleBook rules) {
    this.planner = planner;
    this.rules = rules;
    this.resizes = new ResizeRules(planner, rules);
  }

  /// What stands against a newcomer to `node`; empty when it could come.
  public Optional<Refusal> objection(Topology graph, NodeName node, Kind kind) {
    UserId id = new UserId(graph.freeName(kind.word()));
    return switch (kind) {
      case READER -> export(graph, node, id, READ);
      case WRITER -> export(graph, node, id, READ.with(Permission.WRITE));
      case RESIZER -> resize(graph, node, id);
    };
  }

  private Optional<Refusal> export(Topology graph, NodeName node, UserId id, Permissions taken) {
    Grant grant = new Grant(taken, ALL_BUT_RESIZE);
    NodeName in = new Walks(graph, rules).aboveImplicitFilters(node);
    User.UserEdge edge = new User.UserEdge(ChildName.ROOT, in, grant, User.OnSwap.FOLLOW);
    User user = new User(id, User.Kind.EXPORT, List.of(edge));
    return switch (planner.plan(graph, List.of(new GraphEdit.AddUser(user)))) {
      case Outcome.Refused(Refusal refusal) -> Optional.of(refusal);
      case Outcome.Planned _ -> Optional.empty();
    };
  }

  private Optional<Refusal> resize(Topology graph, NodeName node, UserId id) {
    return switch (resizes.resize(graph, node, id)) {
      case Ruling.Refused<ResizeRules.Resize>(Refusal refusal) -> Optional.of(refusal);
      case Ruling.Allowed<ResizeRules.Resize> _ -> Optional.empty();
    };
  }
}
