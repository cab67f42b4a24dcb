package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Large graphs. The time is printed, not asserted: a build machine may be busy. The limit it is
/// held to is 20 ms of CPU.
class PlannerScaleTest {
  private static final int RUNS = 60;

  @Test
  void plansAChangeOfTenThousandNodes() {
    List<GraphEdit> making = new ArrayList<>();
    for (int chain = 0; chain < 500; chain++) {
      addChain(chain, making);
    }
    Topology graph = planned(Topology.EMPTY, making.toArray(GraphEdit[]::new));
    assertThat(graph.nodes()).hasSize(10_000);
    List<GraphEdit> change =
        List.of(add(file("of")), add(format("o", "of", "d7-4")), move("d7-4", "o"));

    assertThat(under(planned(graph, change.toArray(GraphEdit[]::new)), "d7-5:backing"))
        .isEqualTo(name("o"));
    report("snapshot in 10,000 nodes, 500 chains of 10 qcow2", graph, change);
    report("one more node beside 10,000", graph, List.of(add(file("one"))));
    assertThat(refused(graph, add(writer("second", "f7-4"))))
        .isInstanceOf(Refusal.PermissionConflict.class);
    report("a refusal in 10,000 nodes", graph, List.of(add(writer("second", "f7-4"))));
  }

  @Test
  void plansAChangeOfANodeWithTenThousandParents() {
    List<GraphEdit> making = new ArrayList<>(List.of(add(readOnly(file("base")))));
    for (int i = 0; i < 5_000; i++) {
      making.add(add(readOnly(format("r" + i, "base"))));
      making.add(add(user("x" + i, User.Kind.EXPORT, "base", READ, ALL_BUT_RESIZE)));
    }
    Topology graph = planned(Topology.EMPTY, making.toArray(GraphEdit[]::new));

    assertThat(refused(graph, add(writer("w", "base"))))
        .isInstanceOf(Refusal.PermissionConflict.class);
    assertThat(planned(graph, add(reader("w", "base"))).user(new UserId("w"))).isPresent();
    report(
        "one more reader of a node with 10,000 parents", graph, List.of(add(reader("w", "base"))));
  }

  private static void addChain(int chain, List<GraphEdit> making) {
    for (int i = 0; i < 10; i++) {
      String file = "f" + chain + "-" + i;
      String disk = "d" + chain + "-" + i;
      making.add(add(file(file)));
      making.add(
          add(i == 0 ? format(disk, file) : format(disk, file, "d" + chain + "-" + (i - 1))));
    }
    making.add(add(writer("x" + chain, "d" + chain + "-9")));
  }

  private static void report(String what, Topology graph, List<GraphEdit> change) {
    long[] micros = new long[RUNS];
    for (int run = 0; run < RUNS; run++) {
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      PLANNER.plan(graph, change);
      micros[run] = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / 1_000;
    }
    long[] warm = Arrays.copyOfRange(micros, RUNS / 2, RUNS);
    Arrays.sort(warm);
    System.out.printf(
        "%s: median %d us, worst %d us, first %d us of CPU%n",
        what, warm[warm.length / 2], warm[warm.length - 1], micros[0]);
  }
}
