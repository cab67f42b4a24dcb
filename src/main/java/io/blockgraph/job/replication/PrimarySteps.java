package io.blockgraph.job.replication;

import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.time.Clock;
import java.time.Instant;

/// The verbs of a primary: it forwards while it runs, and that is all there is to change.
final class PrimarySteps {
  private final BlockGraph graph;
  private final Clock clock;

  PrimarySteps(BlockGraph graph, Clock clock) {
    this.graph = graph;
    this.clock = clock;
  }

  ReplicationResult<Committed> step(NodeName node, ReplicationVerb verb, Ask ask) {
    NodeSpec spec = graph.state().topology().node(node).orElseThrow();
    Standing standing = after(Standing.of(spec.options()), verb, clock.instant());
    Change change =
        Change.of(
            verb.word() + " of replication '" + node + "'",
            ReplicationEdits.of(spec, graph.state().topology()).stand(standing));
    return Steps.make(graph, change, ask);
  }

  private static Standing after(Standing now, ReplicationVerb verb, Instant at) {
    return switch (verb) {
      case START -> now.entering(Stage.RUNNING, at).checkpointed(at);
      case CHECKPOINT -> now.checkpointed(at);
      case FAILOVER -> now.entering(Stage.FAILOVER, at);
      case STOP -> now.entering(Stage.DONE, at);
    };
  }
}
