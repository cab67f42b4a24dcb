package io.blockgraph.histories;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.Extent;
import io.blockgraph.driver.Checked;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.ImageFormat.CheckReport;
import io.blockgraph.driver.NodeRequest;
import io.blockgraph.driver.RequestValidator;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.Bins;
import io.blockgraph.engine.Bitmaps;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.GraphStore;
import io.blockgraph.engine.ImageSnapshots;
import io.blockgraph.engine.Images;
import io.blockgraph.engine.ListedChildren;
import io.blockgraph.engine.Metering;
import io.blockgraph.engine.NodePatch;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Reopening;
import io.blockgraph.engine.Resizes;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Snapshots;
import io.blockgraph.engine.Transactions;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.Reasons;
import io.blockgraph.job.amend.AmendJobs;
import io.blockgraph.job.amend.AmendRequest;
import io.blockgraph.job.backup.BackupJobs;
import io.blockgraph.job.backup.BackupRequest;
import io.blockgraph.job.commit.CommitJobs;
import io.blockgraph.job.commit.CommitRequest;
import io.blockgraph.job.create.CreateJobs;
import io.blockgraph.job.create.CreateRequest;
import io.blockgraph.job.mirror.MirrorRequest;
import io.blockgraph.job.stream.StreamJobs;
import io.blockgraph.job.stream.StreamRequest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;

/// The engine with real drivers over real files, without HTTP: fast enough for thousands of
/// histories.
final class EngineSite implements Site {
  private static final long WAIT_MS = 10_000;
  private static final long END_MS = 60_000;

  private final Engine engine;

  EngineSite(Path images) {
    engine = new Engine(images);
  }

  @Override
  public Topology topology() {
    return engine.run().graph().state().topology();
  }

  @Override
  public Path images() {
    return engine.images();
  }

  @Override
  public Told make(Map<String, Object> image) {
    Map<String, Object> options = new HashMap<>(image);
    String file = (String) options.remove("filename");
    DriverName driver = new DriverName((String) options.remove("driver"));
    Images.Request request = new Images.Request(file, driver, new Options(options));
    return told(engine.run().images().create(request, Ask.PLAIN));
  }

  @Override
  public Told add(Map<String, Object> node) {
    var validator = new RequestValidator(engine.run().graph().drivers());
    return switch (validator.node(node)) {
      case Checked.Valid<NodeRequest>(NodeRequest request) ->
          told(engine.run().nodes().add(request, Ask.PLAIN));
      case Checked.Invalid<NodeRequest>(var problems) ->
          new Told(Told.Kind.REFUSED, "INVALID_REQUEST", problems.toString());
    };
  }

  @Override
  public Told remove(NodeName node) {
    return told(engine.run().nodes().remove(node, Ask.PLAIN));
  }

  @Override
  public Told patch(NodeName node, NodePatch patch) {
    return told(engine.run().nodes().change(node, patch, Ask.PLAIN));
  }

  @Override
  public Told reopen(List<Reopening.Wish> wishes) {
    return switch (new Reopening(engine.run().graph()).make(wishes, Ask.PLAIN)) {
      case Transactions.Outcome.Done done -> told(new Result.Done<>(done));
      case Transactions.Outcome.Refused(int _, Rejection reason) -> told(reason);
    };
  }

  @Override
  public Told look(NodeName node, Closely closely) {
    Metering metering = new Metering(engine.run().graph());
    return told(
        closely == Closely.YES ? metering.time(node, Bins.USUAL) : metering.stopTiming(node));
  }

  @Override
  public Told addChild(NodeName parent, NodeName child) {
    return told(
        engine.run().children().add(parent, child, ListedChildren.Duplicates.REFUSED, Ask.PLAIN));
  }

  @Override
  public Told removeChild(NodeName parent, ChildName child) {
    return told(engine.run().children().remove(parent, child.value(), Ask.PLAIN));
  }

  @Override
  public Told snapshot(Snapshots.Request request) {
    return told(engine.run().snapshots().take(request, Ask.PLAIN));
  }

  @Override
  public Told inside(ImageSnapshots.Request request) {
    return told(engine.run().imageSnapshots().change(request, Ask.PLAIN));
  }

  @Override
  public Told resize(Resizes.Request request) {
    return told(engine.run().resizes().resize(request, Ask.PLAIN));
  }

  @Override
  public Told mirror(MirrorRequest request) {
    return toldOf(engine.run().mirrors().start(request));
  }

  @Override
  public Told stream(StreamRequest request) {
    Engine.Run run = engine.run();
    return toldOf(StreamJobs.in(run.graph(), run.jobs()).start(request));
  }

  @Override
  public Told backup(BackupRequest request) {
    Engine.Run run = engine.run();
    return toldOf(BackupJobs.in(run.graph(), run.jobs()).start(request));
  }

  @Override
  public Told bitmap(BitmapEdit edit) {
    return told(new Bitmaps(engine.run().graph()).make(edit, Ask.PLAIN));
  }

  @Override
  public Optional<BitmapSeen> bitmap(NodeName node, BitmapName bitmap) {
    return engine
        .run()
        .graph()
        .inspect(view -> view.bitmaps(node).find(bitmap))
        .map(
            found -> {
              DirtyBits bits =
                  new DirtyBits(found.bits().sizeBytes(), found.bits().granularityBytes());
              bits.merge(found.bits());
              return new BitmapSeen(
                  found.marks().recording(), found.marks().lasting(), found.isInconsistent(), bits);
            });
  }

  @Override
  public Told commit(CommitRequest request) {
    Engine.Run run = engine.run();
    return toldOf(CommitJobs.in(run.graph(), run.jobs()).start(request));
  }

  @Override
  public Told create(CreateRequest request) {
    Engine.Run run = engine.run();
    return toldOf(
        new CreateJobs(run.graph(), run.jobs(), run.images()).start(request, OptionalLong.empty()));
  }

  @Override
  public Told amend(AmendRequest request) {
    Engine.Run run = engine.run();
    return toldOf(new AmendJobs(run.graph(), run.jobs()).start(request, OptionalLong.empty()));
  }

  @Override
  public Told change(List<Action> actions) {
    return new EngineActions(engine.run()).make(actions);
  }

  @Override
  public Told ask(JobId job, JobWish wish) {
    var jobs = engine.run().jobs();
    return toldOf(
        switch (wish) {
          case JobWish.Pause() -> jobs.pause(job);
          case JobWish.Resume() -> jobs.resume(job);
          case JobWish.Complete() -> jobs.complete(job);
          case JobWish.Cancel(var mode) -> jobs.cancel(job, mode);
          case JobWish.Finish() -> jobs.finalizeResult(job);
          case JobWish.Dismiss() -> jobs.dismiss(job);
          case JobWish.Speed(long bytes) -> jobs.setSpeed(job, bytes);
          case JobWish.Mode(var mode) ->
              jobs.change(job, Options.NONE.with("copyMode", mode.word()));
        });
  }

  @Override
  public JobSeen await(JobId job, Set<JobStatus> wanted) {
    var jobs = engine.run().jobs();
    long ms = wanted.isEmpty() ? END_MS : WAIT_MS;
    JobRecord record =
        jobs.await(job, now -> wanted.contains(now.status()) || now.isOver(), ms).orElseThrow();
    return new JobSeen(
        record.status(),
        record.error().map(e -> e.code()).orElse(""),
        record.error().map(e -> e.detail()).orElse(""));
  }

  @Override
  public Told come(UserId user, NodeName node, Grant grant) {
    User comer =
        new User(
            user,
            User.Kind.EXPORT,
            List.of(new User.UserEdge(ChildName.ROOT, node, grant, User.OnSwap.FOLLOW)));
    return told(commit("come", new GraphEdit.AddUser(comer)));
  }

  @Override
  public Told leave(UserId user) {
    return told(commit("leave", new GraphEdit.RemoveUser(user)));
  }

  private Result<?> commit(String what, GraphEdit edit) {
    return engine.run().graph().commit(Change.of(what, List.of(edit)));
  }

  @Override
  public ClientDisk disk(UserId user) {
    return new EngineDisk(engine.run().graph().disk(user, ChildName.ROOT).orElseThrow());
  }

  @Override
  public Optional<byte[]> read(NodeName node) {
    byte[][] content = new byte[1][];
    Result<?> read =
        engine
            .run()
            .access()
            .reading(node, disk -> content[0] = Content.read(disk, 0, (int) disk.sizeBytes()));
    return read instanceof Result.Done<?> ? Optional.of(content[0]) : Optional.empty();
  }

  @Override
  public Told write(NodeName node, int offset, byte[] bytes) {
    return told(
        engine
            .run()
            .access()
            .writing(
                node,
                disk -> {
                  Content.write(disk, offset, bytes);
                  disk.flush();
                }));
  }

  @Override
  public long size(NodeName node) {
    return engine.run().graph().inspect(view -> view.disk(node).sizeBytes());
  }

  @Override
  public List<Extent> extents(NodeName node) {
    ByteRange all = new ByteRange(0, size(node));
    return switch (engine.run().access().map(node, all, Integer.MAX_VALUE)) {
      case Result.Done<List<Extent>>(List<Extent> extents) -> extents;
      case Result.Rejected<List<Extent>>(Rejection reason) ->
          throw new AssertionError(reason.toString());
    };
  }

  @Override
  public String check(NodeName node, Leaks leaks) {
    return switch (engine.run().images().check(node)) {
      case Result.Done<CheckReport>(CheckReport report) ->
          report.isClean() || (leaks == Leaks.ALLOWED && hasOnlyLeaks(report))
              ? ""
              : report.toString();
      case Result.Rejected<CheckReport>(Rejection reason) -> Reasons.sentence(reason);
    };
  }

  private static boolean hasOnlyLeaks(CheckReport report) {
    return report.corruptions() == 0 && report.checkErrors() == 0;
  }

  @Override
  public Told holdEverybody() {
    Set<NodeName> all = topology().nodes().stream().map(NodeSpec::name).collect(Collectors.toSet());
    return told(engine.run().graph().commit(Change.of("hold", List.of()).passing().holding(all)));
  }

  @Override
  public void restart() {
    engine.restart();
  }

  @Override
  public void kill() {
    engine.kill();
  }

  @Override
  public boolean killIn(Moment moment, List<Action> actions) {
    Life life = engine.run().life();
    life.killAt(moment);
    boolean done;
    try {
      done = change(actions).isDone();
    } catch (BlockException | GraphStore.StoreException e) {
      done = false;
    }
    boolean killed = life.isOver();
    life.kill();
    return killed ? moment == Moment.DECIDED : done;
  }

  @Override
  public void rise() {
    engine.rise();
  }

  @Override
  public void close() {
    engine.close();
  }

  static Told told(Result<?> result) {
    return switch (result) {
      case Result.Done<?> _ -> Told.DONE;
      case Result.Rejected<?>(Rejection reason) -> told(reason);
    };
  }

  static Told told(Rejection reason) {
    Told.Kind kind =
        switch (reason) {
          case Rejection.WorldBroke(_, BlockException cause)
              when cause.kind() == BlockException.Kind.UNSUPPORTED ->
              Told.Kind.REFUSED;
          case Rejection.WorldBroke _,
              Rejection.DrainTimeout _,
              Rejection.WriterBusy _,
              Rejection.NotRemembered _ ->
              Told.Kind.BROKE;
          default -> Told.Kind.REFUSED;
        };
    return new Told(kind, Reasons.code(reason), Reasons.sentence(reason));
  }

  static Told toldOf(JobResult<?> result) {
    return switch (result) {
      case JobResult.Done<?> _ -> Told.DONE;
      case JobResult.Rejected<?>(JobRejection.Graph(Rejection reason)) -> told(reason);
      case JobResult.Rejected<?>(JobRejection reason) ->
          new Told(Told.Kind.REFUSED, reason.getClass().getSimpleName(), String.valueOf(reason));
    };
  }
}
