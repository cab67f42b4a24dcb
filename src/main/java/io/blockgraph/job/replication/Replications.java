package io.blockgraph.job.replication;

import io.blockgraph.driver.NodeEvents;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Rejection;
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
    this.primary = new PrimarySteps(graph, clock);
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
    return graph.inspect(
        view -> {
          Optional<ReplicationRejection> objection = objection(node, view.state().topology());
          return objection.isPresent()
              ? new ReplicationResult.Rejected<>(objection.get())
              : new ReplicationResult.Done<>(
                  ReplicationReport.of(view.state().topology().node(node).orElseThrow(), view));
        });
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
    verbs.lock();
    try {
      ReplicationResult<Committed> result =
          switch (look(request.node())) {
            case ReplicationResult.Rejected<ReplicationReport>(var reason) ->
                new ReplicationResult.Rejected<>(reason);
            case ReplicationResult.Done<ReplicationReport>(var now) -> run(request, now);
          };
      if (request.ask().mode() == Ask.Mode.DO
          && result instanceof ReplicationResult.Done<Committed>) {
        tell(request.node());
      }
      return result;
    } finally {
      verbs.unlock();
    }
  }

  private ReplicationResult<Committed> run(Request request, ReplicationReport now) {
    if (!now.verbs().contains(request.verb())) {
      return new ReplicationResult.Rejected<>(
          new ReplicationRejection.VerbNotAllowed(
              now.node(), now.mode(), now.stage(), request.verb(), now.verbs()));
    }
    boolean lossy =
        request.verb() == ReplicationVerb.CHECKPOINT
            && now.stage() == Stage.RUNNING
            && request.lostWrites() == LostWrites.REFUSED;
    if (lossy && now.error().isPresent()) {
      return new ReplicationResult.Rejected<>(
          new ReplicationRejection.LostWrites(now.node(), now.error().get()));
    }
    return switch (now.mode()) {
      case PRIMARY -> primary.step(request.node(), request.verb(), request.ask());
      case SECONDARY -> secondary.step(now, request.verb(), request.ask());
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
