package io.blockgraph.job.replication;

import io.blockgraph.driver.NodeEvents;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Trial;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Moves replications along: begins them, takes checkpoints, lets a secondary take over, ends them.
///
/// Any thread; one verb at a time.
public final class Replications {
  private final BlockGraph graph;
  private final PrimarySteps primary;
  private final SecondarySteps secondary;
  private final ReentrantLock verbs = new ReentrantLock();

  /// Replications of nodes of `graph`.
  public Replications(BlockGraph graph, Clock clock) {
    this.graph = graph;
    this.primary = new PrimarySteps(clock);
    this.secondary = new SecondarySteps(graph, clock);
  }

  /// Whether it is known, and accepted, that the secondary may lack a write of the primary.
  public enum LostWrites {
    REFUSED,
    ACCEPTED
  }

  /// A request.
  ///
  /// @param lostWrites for a checkpoint
  public record Request(NodeName node, ReplicationVerb verb, LostWrites lostWrites, Ask ask) {}

  /// How the replication of a node is.
  public ReplicationResult<ReplicationReport> look(NodeName node) {
    return graph.inspect(view -> report(node, view));
  }

  private static ReplicationResult<ReplicationReport> report(NodeName node, BlockGraph.View view) {
    Optional<ReplicationRejection> objection = objection(node, view.state().topology());
    return objection.isPresent()
        ? new ReplicationResult.Rejected<>(objection.get())
        : new ReplicationResult.Done<>(
            ReplicationReport.of(view.state().topology().node(node).orElseThrow(), view));
  }

  private static Optional<ReplicationRejection> objection(NodeName node, Topology topology) {
    Optional<NodeSpec> spec = topology.node(node);
    if (spec.isEmpty()) {
      return Optional.of(
          new ReplicationRejection.Graph(new Rejection.RuleBroken(new Refusal.NodeNotFound(node))));
    }
    return spec.get().driver().equals(ReplicationDriver.NAME)
        ? Optional.empty()
        : Optional.of(new ReplicationRejection.NotAReplication(node, spec.get().driver()));
  }

  /// Does what is asked, or says for a dry run what it would change in the graph.
  public ReplicationResult<Committed> run(Request request) {
    return switch (request.ask().mode()) {
      case DRY_RUN -> graph.onTrial(trial -> rehearse(request, trial));
      case DO -> carryOut(request);
    };
  }

  /// Plays a verb through on a trial, whatever the mode it is asked for in.
  public ReplicationResult<Committed> rehearse(Request request, Trial trial) {
    return step(request, new Steps.Played(trial, request.ask().expected()));
  }

  private ReplicationResult<Committed> carryOut(Request request) {
    verbs.lock();
    try {
      ReplicationResult<Committed> result =
          step(request, new Steps.Real(graph, request.ask().expected()));
      if (result instanceof ReplicationResult.Done<Committed>) {
        tell(request.node());
      }
      return result;
    } finally {
      verbs.unlock();
    }
  }

  private ReplicationResult<Committed> step(Request request, Steps steps) {
    return switch (steps.look(view -> report(request.node(), view))) {
      case ReplicationResult.Rejected<ReplicationReport>(var reason) ->
          new ReplicationResult.Rejected<>(reason);
      case ReplicationResult.Done<ReplicationReport>(var now) ->
          objection(request, now)
              .<ReplicationResult<Committed>>map(ReplicationResult.Rejected::new)
              .orElseGet(() -> step(request, now, steps));
    };
  }

  private static Optional<ReplicationRejection> objection(Request request, ReplicationReport now) {
    if (!now.verbs().contains(request.verb())) {
      return Optional.of(
          new ReplicationRejection.VerbNotAllowed(
              now.node(), now.mode(), now.stage(), request.verb(), now.verbs()));
    }
    boolean lossy =
        request.verb() == ReplicationVerb.CHECKPOINT
            && now.stage() == Stage.RUNNING
            && request.lostWrites() == LostWrites.REFUSED;
    return lossy
        ? now.error().map(why -> new ReplicationRejection.LostWrites(now.node(), why))
        : Optional.empty();
  }

  private ReplicationResult<Committed> step(Request request, ReplicationReport now, Steps steps) {
    return switch (now.mode()) {
      case PRIMARY -> primary.step(now.node(), request.verb(), steps);
      case SECONDARY -> secondary.step(now, request.verb(), steps);
    };
  }

  private void tell(NodeName node) {
    if (look(node) instanceof ReplicationResult.Done<ReplicationReport>(var now)) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("mode", now.mode().word());
      data.put("stage", now.stage().word());
      now.error().ifPresent(why -> data.put("error", why));
      graph.events().report(node, NodeEvents.Kind.REPLICATION_CHANGED, data);
    }
  }

  /// Takes up, after a start of the service, what an earlier run of it left: ends checkpoints that
  /// were begun, and notes for secondaries that run what cannot be known any more. Nobody has
  /// reached a disk yet.
  ///
  /// What cannot be taken up stays as it is, refuses requests, and says why when it is looked at.
  public void resume() {
    List<NodeName> replications =
        graph.state().topology().nodes().stream()
            .filter(node -> node.driver().equals(ReplicationDriver.NAME))
            .map(NodeSpec::name)
            .toList();
    for (NodeName node : replications) {
      if (look(node) instanceof ReplicationResult.Done<ReplicationReport>(var now)) {
        resume(now);
      }
    }
  }

  private void resume(ReplicationReport now) {
    switch (now.stage()) {
      case RUNNING -> secondary.noteRestart(now);
      case CHECKPOINTING -> resume(now, ReplicationVerb.CHECKPOINT);
      case STOPPING -> resume(now, ReplicationVerb.STOP);
      case NONE, FAILOVER, DONE, FAILED -> {}
    }
    tell(now.node());
  }

  private void resume(ReplicationReport now, ReplicationVerb verb) {
    ReplicationResult<Committed> result =
        run(new Request(now.node(), verb, LostWrites.ACCEPTED, Ask.PLAIN));
    if (result instanceof ReplicationResult.Rejected<Committed>(ReplicationRejection reason)) {
      secondary.noteFailure(now.node(), reason);
    }
  }
}
