package io.blockgraph.job.mirror;

import io.blockgraph.driver.IdleRules;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Outcome;
import io.blockgraph.graph.Planner;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Topology;
import java.util.List;
import java.util.Optional;

/// A disk that nobody uses yet, put into a graph for the time of a question: the target of a mirror
/// that is only thought of.
///
/// @param name its name, which no node has
/// @param graph the graph with the disk in it
/// @param rules the rules of the graph, and those of the disk
record NewDisk(NodeName name, Topology graph, RuleBook rules) {
  private static final DriverName DRIVER = new DriverName("new-disk");

  /// Puts a disk beside everything that is in `graph`.
  static NewDisk in(Topology graph, Planner planner, RuleBook rules) {
    NodeName name = new NodeName(graph.freeName("new-disk"));
    NodeSpec spec =
        new NodeSpec(
            name,
            DRIVER,
            NodeSpec.Access.READ_WRITE,
            NodeSpec.Origin.NAMED,
            Options.NONE,
            List.of());
    RuleBook all = new WithDisk(rules);
    Outcome outcome = planner.by(all).plan(graph, List.of(new GraphEdit.AddNode(spec)));
    if (outcome instanceof Outcome.Planned(Topology next)) {
      return new NewDisk(name, next, all);
    }
    throw new IllegalStateException("a disk beside the graph cannot be refused: " + outcome);
  }

  private record WithDisk(RuleBook others) implements RuleBook {
    @Override
    public Optional<DriverRules> rulesOf(DriverName driver) {
      return driver.equals(DRIVER) ? Optional.of(Disk.RULES) : others.rulesOf(driver);
    }
  }

  private enum Disk implements IdleRules {
    RULES
  }
}
