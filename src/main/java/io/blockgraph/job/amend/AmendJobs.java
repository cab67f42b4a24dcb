package io.blockgraph.job.amend;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Amendable;
import io.blockgraph.driver.Amendable.Amendment;
import io.blockgraph.driver.Watching;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Departure;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.Jobs;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Starts jobs that amend images; everything after that is asked of [Jobs]. Any thread.
///
/// Who reads and writes the disk may go on, as the disk stays what it is. The image is changed by
/// one job at a time: each takes WRITE_UNCHANGED and shares it with nobody.
public final class AmendJobs {
  /// The type of these jobs, as it is shown.
  public static final String TYPE = "amend";

  private static final Grant ALONE =
      new Grant(
          Permissions.of(Permission.WRITE_UNCHANGED),
          Permissions.ALL.without(Permission.WRITE_UNCHANGED));

  private final BlockGraph graph;
  private final Jobs jobs;

  /// Jobs beside `graph`.
  public AmendJobs(BlockGraph graph, Jobs jobs) {
    this.graph = graph;
    this.jobs = jobs;
  }

  /// What starting would change in the graph, or what stands against it; touches nothing.
  public JobResult<Committed> plan(AmendRequest request, OptionalLong expected) {
    Optional<JobRejection> objection = objection(request);
    return objection.isPresent()
        ? new JobResult.Rejected<>(objection.get())
        : enter(request, new Ask(expected, Ask.Mode.DRY_RUN));
  }

  /// Starts a job.
  public JobResult<JobRecord> start(AmendRequest request, OptionalLong expected) {
    Optional<JobRejection> objection = objection(request);
    if (objection.isPresent()) {
      return new JobResult.Rejected<>(objection.get());
    }
    return enter(request, new Ask(expected, Ask.Mode.DO))
        .then(committed -> run(request, committed));
  }

  private JobResult<JobRecord> run(AmendRequest request, Committed committed) {
    UsedImage image = new UsedImage(request);
    JobResult<JobRecord> started =
        jobs.start(
            new JobRecord.Title(request.id(), TYPE, AmendRequest.ENDING),
            new AmendWork(request, image),
            committed.after().revision());
    if (started instanceof JobResult.Rejected<JobRecord>) {
      image.leave();
    }
    return started;
  }

  /// What can be told before the request enters the graph.
  private Optional<JobRejection> objection(AmendRequest request) {
    return jobs.mayStart(request.id()).or(() -> graph.inspect(view -> objection(request, view)));
  }

  private static Optional<JobRejection> objection(AmendRequest request, BlockGraph.View view) {
    NodeName node = request.node();
    Topology topology = view.state().topology();
    Optional<Refusal> refusal = Busy.objection(topology, node);
    if (refusal.isPresent()) {
      return graph(new Rejection.RuleBroken(refusal.get()));
    }
    NodeSpec spec = topology.node(node).orElseThrow();
    if (!spec.driver().equals(request.driver())) {
      return Optional.of(
          new JobRejection.InvalidParameter(
              "driver", "node '" + node + "' is of driver '" + spec.driver() + "'"));
    }
    if (spec.readOnly()) {
      return graph(new Rejection.NodeReadOnly(node, "amendment of its image"));
    }
    return view.unavailable(node)
        .or(() -> impossible(view.disk(node), request))
        .flatMap(e -> graph(new Rejection.WorldBroke(Optional.of(node), e)));
  }

  private static Optional<BlockException> impossible(BlockIo disk, AmendRequest request) {
    try {
      look(disk, request);
      return Optional.empty();
    } catch (BlockException e) {
      return Optional.of(e);
    }
  }

  private static Optional<JobRejection> graph(Rejection rejection) {
    return Optional.of(new JobRejection.Graph(rejection));
  }

  private static Amendment look(BlockIo disk, AmendRequest request) {
    return image(disk).amendment(request.options());
  }

  private static Amendable image(BlockIo disk) {
    if (Watching.beneath(disk) instanceof Amendable image) {
      return image;
    }
    throw new BlockException(Kind.UNSUPPORTED, "there is no image that could be amended");
  }

  private JobResult<Committed> enter(AmendRequest request, Ask ask) {
    User.UserEdge edge = new User.UserEdge(ChildName.ROOT, request.node(), ALONE, User.OnSwap.STAY);
    User user = new User(request.id().user(), User.Kind.COMMAND, List.of(edge));
    Change entering = Change.of("enter", List.of(new GraphEdit.AddUser(user))).passing();
    return switch (graph.make(_ -> new Result.Done<>(entering), ask)) {
      case Result.Done<Operation.Made>(Operation.Made made) ->
          new JobResult.Done<>(made.committed());
      case Result.Rejected<Operation.Made>(Rejection reason) ->
          new JobResult.Rejected<>(new JobRejection.Graph(reason));
    };
  }

  /// The image under the node that the job has its edge to.
  private final class UsedImage implements AmendWork.Image {
    private final AmendRequest request;
    private boolean left;

    UsedImage(AmendRequest request) {
      this.request = request;
    }

    @Override
    public Amendment look() {
      return disk().call(disk -> AmendJobs.look(disk, request));
    }

    @Override
    public boolean advance(Amendment amendment) {
      return disk().call(disk -> amendment.advance(image(disk)));
    }

    private GatedDisk disk() {
      return graph.disk(request.id().user(), ChildName.ROOT).orElseThrow();
    }

    @Override
    public Result<?> write(Amendment amendment) {
      NodeName node = request.node();
      return graph.commit(
          Change.of("amend '" + node + "'", List.of())
              .passing()
              .holding(Set.of(node))
              .whileHeld(
                  (_, _, disks) -> {
                    amendment.write(image(disks.apply(node)));
                    return Optional.empty();
                  }));
    }

    @Override
    public void leave() {
      if (!left) {
        left = true;
        Departure.from(graph, request.id().user());
      }
    }
  }
}
