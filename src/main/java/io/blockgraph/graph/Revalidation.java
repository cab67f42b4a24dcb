package io.blockgraph.graph;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Validates what a plan has touched of a graph that was valid, and what can have become invalid by
/// it; comes to the same as [Validation] of the whole.
///
///     shapes, missing nodes, freezes     what was touched, and what used a node that is gone
///     cycles, depth                      nodes with other children, and all above them
///     disks that stand twice             the same
///     conflicts, read-only nodes         nodes below an edge that is another than before
///
/// What was not touched is shared with the graph before. The order in which several objections
/// count is that of the whole; where it takes the whole to know it, there is no answer. Lives for
/// one call of the planner.
final class Revalidation {
  private final Draft draft;
  private final Altered graph;
  private final Terms terms;

  /// A look at `draft`, whose graph before was valid by `terms`.
  Revalidation(Draft draft, Terms terms) {
    this.draft = draft;
    this.graph = draft.altered();
    this.terms = terms;
  }

  /// What the draft comes to; empty when that is a refusal, and [Validation] has to find out which.
  Optional<Outcome> outcome() {
    Optional<Refusal> unsound = nodes().or(this::users).or(this::freezes);
    if (unsound.isPresent()) {
      return unsound.map(Outcome.Refused::new);
    }
    Optional<Refusal> inactive = Activity.objection(graph);
    if (inactive.isPresent()) {
      return inactive.map(Outcome.Refused::new);
    }
    return Heights.of(graph).flatMap(this::outcome);
  }

  private Optional<Outcome> outcome(Heights heights) {
    Optional<Refusal> bad = depth(heights).or(() -> twice(heights));
    if (bad.isPresent()) {
      return bad.map(Outcome.Refused::new);
    }
    Regranting regranting = new Regranting(draft, terms.rules(), heights);
    List<Refusal> objections = regranting.topDown();
    return switch (objections.size()) {
      case 0 -> Optional.of(new Outcome.Planned(draft.next(heights, regranting, terms)));
      case 1 -> Optional.of(new Outcome.Refused(objections.getFirst()));
      default -> Optional.empty();
    };
  }

  private Optional<Refusal> nodes() {
    Set<NodeName> names = new LinkedHashSet<>(graph.nodes());
    for (NodeName gone : gone()) {
      graph.nodesAbove(gone).forEach(above -> names.add(above.name()));
    }
    return graph.members().nodes().among(names).stream()
        .flatMap(node -> objection(node).stream())
        .findFirst();
  }

  private List<NodeName> gone() {
    return graph.nodes().stream().filter(node -> !isThere(node)).toList();
  }

  private Optional<Refusal> objection(NodeSpec node) {
    Optional<DriverRules> driver = terms.rules().rulesOf(node.driver());
    if (driver.isEmpty()) {
      return Optional.of(new Refusal.UnknownDriver(node.name(), node.driver()));
    }
    return NodeShape.objection(node, driver.get())
        .<Refusal>map(reason -> new Refusal.BadShape(node.name(), reason))
        .or(
            () ->
                node.children().stream()
                    .map(ChildSpec::node)
                    .filter(child -> !isThere(child))
                    .findFirst()
                    .map(draft::missing));
  }

  private Optional<Refusal> users() {
    Set<UserId> ids = new LinkedHashSet<>(graph.users());
    for (NodeName gone : gone()) {
      graph.usersAbove(gone).forEach(above -> ids.add(above.id()));
    }
    return graph.members().users().among(ids).stream()
        .flatMap(user -> user.edges().stream())
        .map(User.UserEdge::node)
        .filter(node -> !isThere(node))
        .findFirst()
        .map(draft::missing);
  }

  private Optional<Refusal> freezes() {
    return draft.ice().stranger(draft::hasUser).map(Refusal.UserNotFound::new);
  }

  private Optional<Refusal> depth(Heights heights) {
    return graph.members().nodes().among(heights.higherThan(terms.maxDepth())).stream()
        .findFirst()
        .map(node -> new Refusal.TooDeep(node.name(), terms.maxDepth()));
  }

  private Optional<Refusal> twice(Heights heights) {
    Set<NodeName> names = new LinkedHashSet<>(heights.reached());
    names.addAll(graph.nodes());
    return graph.members().nodes().among(names).stream()
        .flatMap(node -> twice(node).stream())
        .findFirst();
  }

  private Optional<Refusal> twice(NodeSpec node) {
    DriverRules driver = terms.rules().rulesOf(node.driver()).orElseThrow();
    return DisksTwice.objection(node, driver, this::spec);
  }

  private boolean isThere(NodeName node) {
    return graph.node(node) != null;
  }

  private NodeSpec spec(NodeName node) {
    return Objects.requireNonNull(graph.node(node));
  }
}
