package io.blockgraph.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Looking at what was touched must come to the same as looking at everything.
class RevalidationTest {
  private final long seed = Seeds.first();

  @Test
  void comesToTheSameAsTheWholeValidationOnGraphsByChance() {
    System.out.println("RevalidationTest: -Dseed=" + seed);
    TwoLooks looks = new TwoLooks(Planner.DEFAULT_MAX_DEPTH);
    for (int graph = 0; graph < 60; graph++) {
      looks.atEditsByChance(new StormyEdits(seed + graph), 8 + graph, 150);
    }
    assertThat(looks.accepted()).as("seed %d", seed).isGreaterThan(1_000);
    assertThat(looks.refused()).as("seed %d", seed).isGreaterThan(1_000);
  }

  @Test
  void comesToTheSameWhereChainsMayNotBeLong() {
    System.out.println("RevalidationTest: -Dseed=" + seed);
    TwoLooks looks = new TwoLooks(4);
    for (int graph = 0; graph < 30; graph++) {
      looks.atEditsByChance(new StormyEdits(seed + graph), 12, 150);
    }
    assertThat(looks.tooDeep()).as("seed %d", seed).isGreaterThan(50);
  }

  @Test
  void looksAtEverythingWhenTheGraphWasPlannedByOtherTerms() {
    Topology graph = TestGraphs.graph(TestGraphs.file("a"), TestGraphs.filter("b", "a"));
    Planner strict = new Planner(new TestRules(), 1);

    assertThat(strict.plan(graph, List.of(TestGraphs.add(TestGraphs.file("c")))))
        .isEqualTo(new Outcome.Refused(new Refusal.TooDeep(TestGraphs.name("b"), 1)));
  }
}
