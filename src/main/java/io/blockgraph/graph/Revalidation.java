package io.blockgraph.graph;

import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Validates what a plan has touched of a graph that was valid, and what can have become invalid by
/// it; the same as [Validation] would say of the whole, but for the words of a refusal.
///
///     shapes, missing nodes, freezes     what was touched
///     cycles, depth                      nodes with other children, and all above them
///     disks that stand twice             the same
///     conflicts, read-only nodes         nodes below an edge that is another than before
///
/// What was not touched is shared with the graph before. Lives for one call of the planner.
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

  /// The graph that the draft comes to; empty when it is not valid.
  Optional<Topology> next() {
    if (!isSound()) {
      return Optional.empty();
    }
    Optional<Heights> heights = Heights.of(graph).filter(all -> all.fit(terms.maxDepth()));
    if (heights.isEmpty() || !standOnce(heights.get())) {
      return Optional.empty();
    }
    Regranting regranting = new Regranting(draft, terms.rules(), heights.get());
    return regranting.succeeds()
        ? Optional.of(draft.next(heights.get(), regranting, terms))
        : Optional.empty();
  }

  private boolean isSound() {
    return graph.nodes().stream().allMatch(this::isSound)
        && graph.users().stream().allMatch(this::isSound)
        && draft.ice().stranger(draft::hasUser).isEmpty();
  }

  private boolean isSound(NodeName name) {
    NodeSpec node = graph.node(name);
    if (node == null) {
      return !graph.isUsed(name);
    }
    Optional<DriverRules> driver = terms.rules().rulesOf(node.driver());
    return driver.isPresent()
        && NodeShape.objection(node, driver.get()).isEmpty()
        && node.children().stream().allMatch(child -> isThere(child.node()));
  }

  private boolean isSound(UserId id) {
    User user = graph.user(id);
    return user == null || user.edges().stream().allMatch(edge -> isThere(edge.node()));
  }

  private boolean isThere(NodeName node) {
    return graph.node(node) != null;
  }

  private boolean standOnce(Heights heights) {
    Set<NodeName> reached = new LinkedHashSet<>(heights.reached());
    reached.addAll(graph.nodes());
    return reached.stream().filter(this::isThere).allMatch(this::standsOnce);
  }

  private boolean standsOnce(NodeName name) {
    NodeSpec node = spec(name);
    DriverRules driver = terms.rules().rulesOf(node.driver()).orElseThrow();
    return DisksTwice.objection(node, driver, this::spec).isEmpty();
  }

  private NodeSpec spec(NodeName node) {
    return Objects.requireNonNull(graph.node(node));
  }
}
