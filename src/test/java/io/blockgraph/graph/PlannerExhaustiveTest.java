package io.blockgraph.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The planner against the judge, on everything there is up to a size.
class PlannerExhaustiveTest {
  private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

  @Test
  void agreesWithTheJudgeOnEveryEditOfEveryGraphOfUpToThreeNodes() {
    agree("up to 3 nodes", Planner.DEFAULT_MAX_DEPTH, upTo(3));
  }

  @Test
  void agreesWithTheJudgeOnEveryEditOfEveryBareGraphOfFourNodes() {
    agree("4 nodes, bare", Planner.DEFAULT_MAX_DEPTH, SmallGraphs.bareOfNodes(4));
  }

  @Test
  void agreesWithTheJudgeOnEveryEditOfEveryGraphOfFourNodesThatIsWritten() {
    agree("4 nodes, written", Planner.DEFAULT_MAX_DEPTH, SmallGraphs.writtenOfNodes(4));
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
  void agreesWithTheJudgeOnEveryEditOfEveryGraphOfFourNodes() {
    agree("4 nodes", Planner.DEFAULT_MAX_DEPTH, SmallGraphs.ofNodes(4));
  }

  @Test
  @Tag("nightly")
  void agreesWithTheJudgeOnEveryEditOfEveryBareGraphOfFiveNodes() {
    agree("5 nodes, bare", Planner.DEFAULT_MAX_DEPTH, SmallGraphs.bareOfNodes(5));
  }

  private static Stream<List<GraphEdit>> upTo(int nodes) {
    return IntStream.rangeClosed(1, nodes).boxed().flatMap(SmallGraphs::ofNodes);
  }

  private static void agree(String what, int maxDepth, Stream<List<GraphEdit>> graphs) {
    JudgedPlans plans = new JudgedPlans(maxDepth);
    long start = CPU.getCurrentThreadCpuTime();

    assertThat(plans.firstDisagreement(graphs)).isEmpty();

    System.out.printf(
        "%s: %d plans accepted, %d refused, all as judged, %d ms of CPU%n",
        what,
        plans.accepted(),
        plans.refused(),
        (CPU.getCurrentThreadCpuTime() - start) / 1_000_000);
    assertThat(plans.accepted()).isPositive();
    assertThat(plans.refused()).isPositive();
  }
}
