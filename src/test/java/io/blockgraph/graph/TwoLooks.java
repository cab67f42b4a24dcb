package io.blockgraph.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;

/// Plans every change twice: as the planner does, looking at what was touched, and looking at the
/// whole graph. Both must come to the same in every respect that anybody can see.
final class TwoLooks {
  private final Terms terms;
  private final Planner planner;
  private int accepted;
  private int refused;
  private int tooDeep;

  TwoLooks(int maxDepth) {
    this.terms = new Terms(new TestRules(), maxDepth);
    this.planner = new Planner(terms.rules(), maxDepth);
  }

  /// Where the two differ on a few hundred graphs that are always the same; empty when nowhere. For
  /// [RevalidationTeethTest].
  static Optional<String> noticed() {
    try {
      for (int maxDepth : List.of(4, Planner.DEFAULT_MAX_DEPTH)) {
        for (int graph = 0; graph < 60; graph++) {
          new TwoLooks(maxDepth).atEditsByChance(new StormyEdits(graph), 4 + graph / 2, 100);
        }
      }
      return Optional.empty();
    } catch (RuntimeException | AssertionError e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  int accepted() {
    return accepted;
  }

  int refused() {
    return refused;
  }

  int tooDeep() {
    return tooDeep;
  }

  void atEditsByChance(StormyEdits edits, int nodes, int changes) {
    Topology graph = at(Topology.EMPTY, edits.making(nodes), edits).orElse(Topology.EMPTY);
    for (GraphEdit edit : graph.nodes().isEmpty() ? edits.making(nodes) : List.<GraphEdit>of()) {
      graph = at(graph, List.of(edit), edits).orElse(graph);
    }
    for (int i = 0; i < changes; i++) {
      graph = at(graph, edits.changing(graph), edits).orElse(graph);
    }
  }

  /// The graph that `edits` come to, if they come to one.
  private Optional<Topology> at(Topology graph, List<GraphEdit> edits, Object seed) {
    String what = seed + ", " + edits + " on " + JudgeWords.of(graph);
    return switch (planned(graph, edits, what)) {
      case Outcome.Refused(Refusal refusal) -> {
        refused++;
        tooDeep += refusal instanceof Refusal.TooDeep ? 1 : 0;
        assertThat(whole(graph, edits)).as(what).isEqualTo(new Outcome.Refused(refusal));
        yield Optional.empty();
      }
      case Outcome.Planned(Topology next) -> {
        accepted++;
        assertThat(whole(graph, edits))
            .as(what)
            .isInstanceOfSatisfying(
                Outcome.Planned.class, whole -> same(graph, next, whole.next(), what));
        yield Optional.of(next);
      }
    };
  }

  private Outcome planned(Topology graph, List<GraphEdit> edits, String what) {
    try {
      return planner.plan(graph, edits);
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
  }

  private Outcome whole(Topology graph, List<GraphEdit> edits) {
    Draft draft = new Draft(graph);
    for (GraphEdit edit : edits) {
      Optional<Refusal> refusal = draft.apply(edit);
      if (refusal.isPresent()) {
        return new Outcome.Refused(refusal.get());
      }
    }
    return draft
        .removeOrphans()
        .<Outcome>map(Outcome.Refused::new)
        .orElseGet(() -> new Validation(draft, terms).run());
  }

  private static void same(Topology before, Topology next, Topology whole, String what) {
    assertThat(next.nodes()).as(what).isEqualTo(whole.nodes());
    assertThat(next.users()).as(what).isEqualTo(whole.users());
    assertThat(next.edges()).as(what).isEqualTo(whole.edges());
    assertThat(next.wires()).as(what).isEqualTo(whole.wires());
    assertThat(GraphDiff.between(before, next))
        .as(what)
        .isEqualTo(GraphDiff.between(before, whole));
    Invariants.hold(next);
  }
}
