package io.blockgraph.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The planner against the judge, on everything there is up to a size.
class PlannerExhaustiveTest {
  @Test
  void agreesWithTheJudgeOnEveryEditOfEveryGraphOfUpToFourNodes() {
    Stream<List<GraphEdit>> graphs =
        IntStream.rangeClosed(1, 4).boxed().flatMap(SmallGraphs::ofNodes);
    agree("up to 4 nodes", Planner.DEFAULT_MAX_DEPTH, graphs);
  }

  @Test
  void agreesWithTheJudgeWhenChainsMayHaveTwoNodesOnly() {
    agree(
        "up to 3 nodes, depth 2",
        2,
        IntStream.rangeClosed(0, 3).boxed().flatMap(SmallGraphs::bareOfNodes));
  }

  @Test
  @Tag("nightly")
  void agreesWithTheJudgeOnEveryEditOfEveryBareGraphOfFiveNodes() {
    agree("5 nodes, bare", Planner.DEFAULT_MAX_DEPTH, SmallGraphs.bareOfNodes(5));
  }

  @Test
  @Tag("nightly")
  void agreesWithTheJudgeOnEveryEditOfEveryGraphOfFiveNodesThatIsWritten() {
    agree("5 nodes, written", Planner.DEFAULT_MAX_DEPTH, SmallGraphs.writtenOfNodes(5));
  }

  private static void agree(String what, int maxDepth, Stream<List<GraphEdit>> graphs) {
    JudgedPlans plans = new JudgedPlans(maxDepth);
    long start = System.nanoTime();

    assertThat(plans.disagreement(graphs)).isEmpty();

    System.out.printf(
        "%s: %d plans accepted, %d refused, all as judged, %d ms%n",
        what, plans.accepted(), plans.refused(), (System.nanoTime() - start) / 1_000_000);
    assertThat(plans.accepted()).isPositive();
    assertThat(plans.refused()).isPositive();
  }
}
