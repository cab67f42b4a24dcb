package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;

/// Says what becomes of a graph when a list of edits is applied to it: the graph after it, or the
/// reason why not.
///
/// A pure function of the graph, the edits and the rules: nothing is opened, nothing remembered,
/// the same question always has the same answer; safe from any thread. The edits are applied in
/// their order, then the result is validated once, so states between the edits may be invalid. An
/// INLINE node that nobody uses at the end goes with what only it used.
///
/// The order of the checks is fixed and the first that fails is the answer: edit by edit what an
/// edit names (there at that moment, name free, edge not frozen); then over the result, nodes in
/// the order they came: driver known, roles and shape, children there; users' nodes there; freezes
/// by users that are there; no cycle; depth; and from the top down, node by node, conflicts between
/// parents and writing to a read-only node.
public final class Planner {
  /// How many nodes a chain may have when nothing else is said. Walks recurse once per node, so it
  /// bounds the stack.
  public static final int DEFAULT_MAX_DEPTH = 200;

  private final Terms terms;

  /// A planner by `rules`; no chain from a node down may have more than `maxDepth` nodes.
  public Planner(RuleBook rules, int maxDepth) {
    this.terms = new Terms(rules, maxDepth);
  }

  /// A planner with the same limits by other rules.
  public Planner by(RuleBook others) {
    return new Planner(others, terms.maxDepth());
  }

  /// The graph that `edits` make of `current`, or why there is none.
  public Outcome plan(Topology current, List<GraphEdit> edits) {
    Draft draft = new Draft(current);
    for (GraphEdit edit : edits) {
      Optional<Refusal> refusal = draft.apply(edit);
      if (refusal.isPresent()) {
        return new Outcome.Refused(refusal.get());
      }
    }
    return draft
        .removeOrphans()
        .<Outcome>map(Outcome.Refused::new)
        .orElseGet(() -> validated(draft));
  }

  /// A graph that was planned by the same terms is valid, so that only what was touched can be
  /// wrong. When it takes the whole to know which of several things comes first in the order above,
  /// the whole is gone through.
  private Outcome validated(Draft draft) {
    return draft.altered().before().isValidBy(terms)
        ? new Revalidation(draft, terms).outcome().orElseGet(() -> refused(draft))
        : new Validation(draft, terms).run();
  }

  private Outcome refused(Draft draft) {
    Outcome whole = new Validation(draft, terms).run();
    if (whole instanceof Outcome.Planned) {
      throw new IllegalStateException(
          "what a plan touched was found wrong, and nothing is wrong with the whole");
    }
    return whole;
  }
}
