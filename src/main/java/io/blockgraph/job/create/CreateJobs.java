package io.blockgraph.job.create;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.ImageFormat;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Departure;
import io.blockgraph.engine.Images;
import io.blockgraph.engine.NewImageFile;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.User;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.create.CreateRequest.Place;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/// Starts jobs that make images; everything after that is asked of [Jobs]. Any thread.
public final class CreateJobs {
  /// The type of these jobs, as it is shown.
  public static final String TYPE = "create";

  /// What was there is lost: nobody may read or write it meanwhile.
  private static final Grant OVERWRITING =
      new Grant(
          Permissions.of(Permission.WRITE, Permission.RESIZE),
          Permissions.of(Permission.WRITE_UNCHANGED));

  private final BlockGraph graph;
  private final Jobs jobs;
  private final Images images;

  /// Jobs beside `graph`.
  public CreateJobs(BlockGraph graph, Jobs jobs, Images images) {
    this.graph = graph;
    this.jobs = jobs;
    this.images = images;
  }

  /// What starting would change in the graph, or what stands against it; touches nothing.
  public JobResult<Committed> plan(CreateRequest request, OptionalLong expected) {
    Ask ask = new Ask(expected, Ask.Mode.DRY_RUN);
    return objection(request)
        .<JobResult<Committed>>map(JobResult.Rejected::new)
        .orElseGet(() -> answer(graph.make(_ -> new Result.Done<>(entering(request)), ask)));
  }

  /// Starts a job.
  public JobResult<JobRecord> start(CreateRequest request, OptionalLong expected) {
    Optional<JobRejection> objection = objection(request);
    if (objection.isPresent()) {
      return new JobResult.Rejected<>(objection.get());
    }
    Ask ask = new Ask(expected, Ask.Mode.DO);
    return answer(graph.make(_ -> new Result.Done<>(entering(request)), ask))
        .then(committed -> run(request, committed));
  }

  private JobResult<JobRecord> run(CreateRequest request, Committed committed) {
    return switch (made(request)) {
      case Result.Rejected<CreateWork.Made>(Rejection reason) -> {
        leave(request);
        yield new JobResult.Rejected<>(new JobRejection.Graph(reason));
      }
      case Result.Done<CreateWork.Made>(CreateWork.Made made) -> {
        CreateWork work = new CreateWork(request, made);
        JobResult<JobRecord> started =
            jobs.start(
                new JobRecord.Title(request.id(), TYPE, CreateRequest.ENDING),
                work,
                committed.after().revision());
        if (started instanceof JobResult.Rejected<JobRecord>) {
          Optional<String> left = work.abandon();
          assert left.isEmpty();
        }
        yield started;
      }
    };
  }

  /// What can be told before the request enters the graph.
  private Optional<JobRejection> objection(CreateRequest request) {
    Optional<JobRejection> wrong = jobs.mayStart(request.id()).or(() -> unfit(request.place()));
    return wrong.isPresent()
        ? wrong
        : made(request) instanceof Result.Rejected<CreateWork.Made>(Rejection reason)
            ? Optional.of(new JobRejection.Graph(reason))
            : Optional.empty();
  }

  private Optional<JobRejection> unfit(Place place) {
    return place instanceof Place.Over(NodeName node)
        ? Busy.objection(graph.state().topology(), node)
            .map(refusal -> new JobRejection.Graph(new Rejection.RuleBroken(refusal)))
        : Optional.empty();
  }

  private Result<CreateWork.Made> made(CreateRequest request) {
    return switch (request.place()) {
      case Place.NewFile(String path) ->
          images
              .begin(new Images.Request(path, request.driver(), request.options()))
              .then(file -> new Result.Done<>(new InFile(request, file)));
      case Place.Over _ -> format(request).then(f -> new Result.Done<>(new OverNode(request, f)));
    };
  }

  private Result<ImageFormat> format(CreateRequest request) {
    DriverName name = request.driver();
    Optional<Driver> driver = graph.drivers().find(name);
    if (driver.isEmpty() || !(driver.get() instanceof ImageFormat format)) {
      return new Result.Rejected<>(new Rejection.NoImageFormat(name));
    }
    try {
      format.requirePossible(request.options());
      return new Result.Done<>(format);
    } catch (BlockException e) {
      return new Result.Rejected<>(new Rejection.WorldBroke(Optional.empty(), e));
    }
  }

  private Change entering(CreateRequest request) {
    List<User.UserEdge> edges =
        switch (request.place()) {
          case Place.NewFile _ -> List.of();
          case Place.Over(NodeName node) ->
              List.of(
                  new User.UserEdge(
                      ChildName.ROOT, graph.wayIn(node), OVERWRITING, User.OnSwap.FOLLOW));
        };
    User user = new User(request.id().user(), User.Kind.COMMAND, edges);
    return Change.of("enter", List.of(new GraphEdit.AddUser(user))).passing();
  }

  private void leave(CreateRequest request) {
    Departure.from(graph, request.id().user());
  }

  private static JobResult<Committed> answer(Result<Operation.Made> result) {
    return switch (result) {
      case Result.Done<Operation.Made>(Operation.Made made) ->
          new JobResult.Done<>(made.committed());
      case Result.Rejected<Operation.Made>(Rejection reason) ->
          new JobResult.Rejected<>(new JobRejection.Graph(reason));
    };
  }

  /// An image in a file of its own.
  private final class InFile implements CreateWork.Made {
    private final CreateRequest request;
    private final NewImageFile file;
    private boolean over;

    InFile(CreateRequest request, NewImageFile file) {
      this.request = request;
      this.file = file;
    }

    @Override
    public void make(UnaryOperator<BlockIo> through) {
      file.make(through);
    }

    @Override
    public void keep() {
      over = true;
      file.keep();
      leave(request);
    }

    @Override
    public Optional<String> remove() {
      if (!over) {
        over = true;
        file.remove();
        leave(request);
      }
      return Optional.empty();
    }
  }

  /// An image over what a node holds. It cannot be taken back; what is half made is no image, as
  /// formats write what makes it one at the end.
  private final class OverNode implements CreateWork.Made {
    private final CreateRequest request;
    private final ImageFormat format;
    private boolean over;

    OverNode(CreateRequest request, ImageFormat format) {
      this.request = request;
      this.format = format;
    }

    @Override
    public void make(UnaryOperator<BlockIo> through) {
      BlockIo disk = NodeDisk.of(graph.disk(request.id().user(), ChildName.ROOT).orElseThrow());
      format.create(through.apply(disk), request.options());
    }

    @Override
    public void keep() {
      over = true;
      leave(request);
    }

    @Override
    public Optional<String> remove() {
      if (!over) {
        over = true;
        leave(request);
      }
      return Optional.empty();
    }
  }
}
