package io.blockgraph.job.replication;

import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import java.time.Clock;
import java.time.Instant;

/// The verbs of a primary: it forwards while it runs, and that is all there is to change.
final class PrimarySteps {
  private final Clock clock;

  PrimarySteps(Clock clock) {
    this.clock = clock;
  }

  ReplicationResult<Committed> step(NodeName node, ReplicationVerb verb, Steps steps) {
    Topology graph = steps.look(view -> view.state().topology());
    NodeSpec spec = graph.node(node).orElseThrow();
    Standing standing = after(Standing.of(spec.options()), verb, clock.instant());
    Change change =
        Change.of(
            verb.word() + " of replication '" + node + "'",
            ReplicationEdits.of(spec, graph).stand(standing));
    return steps.make(change);
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
