package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.PLANNER;
import static io.blockgraph.graph.TestGraphs.add;
import static io.blockgraph.graph.TestGraphs.file;
import static io.blockgraph.graph.TestGraphs.format;
import static io.blockgraph.graph.TestGraphs.move;
import static io.blockgraph.graph.TestGraphs.planned;
import static io.blockgraph.graph.TestGraphs.writer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// What planning one change costs in graphs of chains of 10 formats with a writer each.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PlannerBenchmark {
  /// How many nodes there are.
  @Param({"20", "1000", "10000"})
  public int nodes;

  private Topology graph = Topology.EMPTY;
  private List<GraphEdit> snapshot = List.of();
  private List<GraphEdit> refused = List.of();

  /// Makes the graph.
  @Setup
  public void make() {
    List<GraphEdit> making = new ArrayList<>();
    for (int chain = 0; chain < nodes / 20; chain++) {
      String below = "f" + chain;
      making.add(add(file(below)));
      making.add(add(format("d" + chain + "-0", below)));
      for (int i = 1; i < 10; i++) {
        making.add(add(file(below + "-" + i)));
        String disk = "d" + chain + "-" + i;
        making.add(add(format(disk, below + "-" + i, "d" + chain + "-" + (i - 1))));
      }
      making.add(add(writer("x" + chain, "d" + chain + "-9")));
    }
    graph = planned(Topology.EMPTY, making.toArray(GraphEdit[]::new));
    snapshot = List.of(add(file("of")), add(format("o", "of", "d0-4")), move("d0-4", "o"));
    refused = List.of(add(writer("second", "d0-9")));
  }

  /// Adds a node that nobody uses.
  @Benchmark
  public Outcome addsANode() {
    return PLANNER.plan(graph, List.of(add(file("of"))));
  }

  /// A snapshot in the middle of a chain.
  @Benchmark
  public Outcome snapshotsInTheMiddle() {
    return PLANNER.plan(graph, snapshot);
  }

  /// A second writer, who is told why not.
  @Benchmark
  public Outcome refusesASecondWriter() {
    return PLANNER.plan(graph, refused);
  }
}
