package io.blockgraph.job.replication;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The verbs of a secondary, each a change of the graph; a checkpoint is two, so that a service
/// that dies while disks are being emptied knows that they were. Played on a trial it is one, for
/// nothing can stand against the first that does not stand against the second.
final class SecondarySteps {
  private final BlockGraph graph;
  private final Clock clock;

  SecondarySteps(BlockGraph graph, Clock clock) {
    this.graph = graph;
    this.clock = clock;
  }

  /// What a step works on.
  private record Scene(
      ReplicationReport now, ReplicationEdits edits, SecondaryDisks disks, Topology graph) {
    NodeName node() {
      return now.node();
    }

    Standing standing() {
      return Standing.of(edits.replication().options());
    }

    /// What must stand still while disks are emptied.
    Set<NodeName> held() {
      return Stream.concat(disks.all().stream(), Stream.of(node(), edits.filter()))
          .collect(Collectors.toSet());
    }
  }

  ReplicationResult<Committed> step(ReplicationReport now, ReplicationVerb verb, Steps steps) {
    Topology topology = steps.look(view -> view.state().topology());
    NodeSpec spec = topology.node(now.node()).orElseThrow();
    return switch (SecondaryDisks.below(spec, topology)) {
      case ReplicationResult.Rejected<SecondaryDisks>(var reason) ->
          new ReplicationResult.Rejected<>(reason);
      case ReplicationResult.Done<SecondaryDisks>(SecondaryDisks disks) ->
          step(new Scene(now, ReplicationEdits.of(spec, topology), disks, topology), verb, steps);
    };
  }

  private ReplicationResult<Committed> step(Scene scene, ReplicationVerb verb, Steps steps) {
    if (verb == ReplicationVerb.START) {
      return start(scene, steps);
    }
    if (scene.now().stage() == Stage.FAILED) {
      return abandon(scene, steps);
    }
    Optional<ReplicationRejection> broken =
        ReplicationChecks.intact(scene.edits(), scene.disks(), scene.graph());
    if (broken.isPresent()) {
      return new ReplicationResult.Rejected<>(broken.get());
    }
    return switch (verb) {
      case START -> throw new IllegalStateException("begun above");
      case CHECKPOINT -> empty(scene, Stage.CHECKPOINTING, steps);
      case FAILOVER -> failOver(scene, steps);
      case STOP ->
          scene.now().stage() == Stage.FAILOVER
              ? letGo(scene, steps)
              : empty(scene, Stage.STOPPING, steps);
    };
  }

  // ---- beginning

  private ReplicationResult<Committed> start(Scene scene, Steps steps) {
    Optional<ReplicationRejection> objection =
        ReplicationChecks.rules(scene.edits().replication(), scene.disks(), scene.graph())
            .or(
                () ->
                    steps.look(
                        view -> ReplicationChecks.disks(scene.node(), scene.disks(), view::disk)));
    if (objection.isPresent()) {
      return new ReplicationResult.Rejected<>(objection.get());
    }
    Beginning beginning = new Beginning(scene.edits().replication(), scene.disks());
    Change change =
        Change.of("replication of '" + scene.node() + "' begins", beginning(scene))
            .checking(beginning::check)
            .whileHeld(beginning::begin);
    ReplicationResult<Committed> result = steps.make(change);
    return beginning
        .objection()
        .<ReplicationResult<Committed>>map(ReplicationResult.Rejected::new)
        .orElse(result);
  }

  private List<GraphEdit> beginning(Scene scene) {
    NodeSpec secondary = scene.graph().node(scene.disks().secondary()).orElseThrow();
    Standing running =
        scene
            .standing()
            .entering(Stage.RUNNING, clock.instant())
            .checkpointed(clock.instant())
            .over(Standing.Below.LIVE);
    List<GraphEdit> edits = new ArrayList<>(scene.edits().stand(running));
    edits.addAll(scene.edits().begin(scene.disks(), secondary, scene.graph()));
    return edits;
  }

  // ---- emptying

  private ReplicationResult<Committed> empty(Scene scene, Stage stage, Steps steps) {
    List<GraphEdit> edits =
        stage == Stage.CHECKPOINTING ? checkpointed(scene) : ended(scene, Standing.Below.LIVE);
    Emptying emptying = new Emptying(scene.edits(), scene.disks());
    Change change =
        Change.of(
                stage == Stage.CHECKPOINTING
                    ? "checkpoint of '" + scene.node() + "'"
                    : "replication of '" + scene.node() + "' ends",
                edits)
            .holding(scene.held())
            .checking(emptying::check)
            .whileHeld(emptying::empty)
            .bringing(new Change.Emptied(scene.disks().active()))
            .bringing(new Change.Emptied(scene.disks().hidden()));
    if (steps instanceof Steps.Played || scene.now().stage() == stage) {
      return steps.make(change);
    }
    ReplicationResult<Committed> intent = steps.make(announcement(scene, stage, emptying));
    if (intent instanceof ReplicationResult.Rejected<Committed>) {
      return intent;
    }
    ReplicationResult<Committed> result = new Steps.Real(graph, OptionalLong.empty()).make(change);
    if (result instanceof ReplicationResult.Rejected<Committed> && !emptying.hasBegun()) {
      takeBack(scene);
    }
    return result;
  }

  /// From here on the checkpoint is taken, if not now then when the service starts again; so what
  /// the primary has written must outlive the service.
  private Change announcement(Scene scene, Stage stage, Emptying emptying) {
    Standing next = scene.standing().entering(stage, clock.instant());
    NodeName filter = scene.edits().filter();
    return Change.of(
            "replication '" + scene.node() + "' is " + stage.word(), scene.edits().stand(next))
        .holding(Set.of(filter))
        .checking(emptying::check)
        .whileHeld(
            (_, before, _) -> {
              before.apply(filter).flush();
              return Optional.empty();
            });
  }

  /// Nothing was emptied: it stands as it stood. When this cannot be remembered, the next start of
  /// the service takes the checkpoint; until then nothing is different.
  private void takeBack(Scene scene) {
    Change change =
        Change.of(
            "replication '" + scene.node() + "' goes on without a checkpoint",
            scene.edits().stand(scene.standing()));
    graph.commit(change);
  }

  private List<GraphEdit> checkpointed(Scene scene) {
    Standing now = scene.standing();
    Standing running =
        now.stage() == Stage.RUNNING ? now : now.entering(Stage.RUNNING, clock.instant());
    return scene.edits().stand(running.checkpointed(clock.instant()));
  }

  private List<GraphEdit> ended(Scene scene, Standing.Below base) {
    Standing done = scene.standing().entering(Stage.DONE, clock.instant()).over(base);
    List<GraphEdit> edits = new ArrayList<>(scene.edits().stand(done));
    edits.addAll(scene.edits().end(scene.disks()));
    return edits;
  }

  // ---- taking over

  /// The disks stay as they are, one above the other, and show what they showed. From now on the
  /// secondary disk stands still.
  private ReplicationResult<Committed> failOver(Scene scene, Steps steps) {
    NodeSpec top = scene.graph().node(scene.edits().filter()).orElseThrow();
    Standing standing =
        scene.standing().entering(Stage.FAILOVER, clock.instant()).over(Standing.Below.PINNED);
    List<GraphEdit> edits = new ArrayList<>(scene.edits().stand(standing));
    edits.addAll(scene.edits().shut(top));
    Change change =
        Change.of("secondary '" + scene.node() + "' takes over", edits)
            .whileHeld(
                (_, before, _) -> {
                  before.apply(scene.disks().active()).flush();
                  return Optional.empty();
                });
    return steps.make(change);
  }

  /// Lets go of the disks after a failover; the graph refuses while somebody could still write to
  /// the secondary disk.
  private ReplicationResult<Committed> letGo(Scene scene, Steps steps) {
    Change change =
        Change.of(
            "replication of '" + scene.node() + "' lets go", ended(scene, Standing.Below.PINNED));
    return steps.make(change);
  }

  /// Ends what has failed, as far as it is still there.
  private ReplicationResult<Committed> abandon(Scene scene, Steps steps) {
    Standing done = scene.standing().entering(Stage.DONE, clock.instant());
    List<GraphEdit> edits =
        scene.graph().node(scene.edits().filter()).isPresent()
            ? ended(scene, done.below())
            : scene.edits().stand(done);
    return steps.make(Change.of("replication of '" + scene.node() + "' is given up", edits));
  }

  // ---- after a start of the service

  /// A secondary goes on where it was. Writes of the primary that were under way may be missing.
  void noteRestart(ReplicationReport now) {
    Topology topology = graph.state().topology();
    NodeSpec spec = topology.node(now.node()).orElseThrow();
    ReplicationEdits edits = ReplicationEdits.of(spec, topology);
    boolean intact =
        SecondaryDisks.below(spec, topology)
                instanceof ReplicationResult.Done<SecondaryDisks>(var disks)
            && ReplicationChecks.intact(edits, disks, topology).isEmpty();
    if (intact) {
      graph.inspect(
          view -> {
            ((ReplicationTopDisk) view.disk(edits.filter())).node().noteRestart();
            return true;
          });
    } else {
      tear(now.node(), "its filter does not stand above the secondary disk any more");
    }
  }

  /// What was interrupted could not be ended either.
  void noteFailure(NodeName node, ReplicationRejection reason) {
    String why =
        reason instanceof ReplicationRejection.Graph(Rejection.WorldBroke(_, var cause))
            ? String.valueOf(cause.getMessage())
            : "they are not built as they were";
    tear(node, "its disks could not be emptied after the service was started anew: " + why);
  }

  private void tear(NodeName node, String why) {
    graph.inspect(
        view -> {
          ((ReplicationDisk) view.disk(node)).node().tear(why);
          return true;
        });
  }
}
