package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.PLANNER;
import static io.blockgraph.graph.TestGraphs.planned;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Long sequences of changes by chance. Each prints its seed; `-Dseed=N` replays it.
class PlannerRandomTest {
  private final long seed = Seeds.first();

  @Test
  void keepsItsInvariantsOnAThousandNodesAndLeavesTheGraphAloneWhenItRefuses() {
    System.out.println("seed " + seed);
    RandomEdits edits = new RandomEdits(seed);
    Topology graph = planned(Topology.EMPTY, edits.making(1_000).toArray(GraphEdit[]::new));
    Set<String> words = JudgeWords.of(graph);
    int accepted = 0;
    for (int i = 0; i < 600; i++) {
      switch (PLANNER.plan(graph, edits.changing(graph))) {
        case Outcome.Refused _ ->
            assertThat(JudgeWords.of(graph)).as("seed %d", seed).isEqualTo(words);
        case Outcome.Planned(Topology next) -> {
          accepted++;
          graph = next;
          Invariants.hold(graph);
          words = JudgeWords.of(graph);
        }
      }
    }
    assertThat(accepted).as("seed %d", seed).isBetween(100, 550);
  }

  @Test
  void agreesWithTheJudgeOnFortyNodes() {
    System.out.println("seed " + seed);
    RandomEdits edits = new RandomEdits(seed);
    JudgedPlans plans = new JudgedPlans(Planner.DEFAULT_MAX_DEPTH);
    Topology graph = planned(Topology.EMPTY, edits.making(40).toArray(GraphEdit[]::new));
    for (int i = 0; i < 1_500; i++) {
      List<GraphEdit> change = edits.changing(graph);
      assertThat(plans.compare(graph, change)).as("seed %d", seed).isEmpty();
      if (graph.nodes().size() < 60
          && PLANNER.plan(graph, change) instanceof Outcome.Planned(Topology next)) {
        graph = next;
      }
    }
  }

  @Test
  void answersTheSameQuestionTheSameWayEveryTime() {
    System.out.println("seed " + seed);
    RandomEdits edits = new RandomEdits(seed);
    Topology graph = planned(Topology.EMPTY, edits.making(100).toArray(GraphEdit[]::new));
    for (int i = 0; i < 300; i++) {
      List<GraphEdit> change = edits.changing(graph);
      Outcome again = PLANNER.plan(graph, change);
      switch (PLANNER.plan(graph, change)) {
        case Outcome.Refused refused -> assertThat(again).isEqualTo(refused);
        case Outcome.Planned(Topology next) -> {
          assertThat(again)
              .isInstanceOfSatisfying(
                  Outcome.Planned.class,
                  other -> assertThat(GraphDiff.between(other.next(), next).isEmpty()).isTrue());
          graph = next;
        }
      }
    }
  }
}
