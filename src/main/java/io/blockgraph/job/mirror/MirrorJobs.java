package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.ImageNodes;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Trial;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.JobGroup;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStart;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.copy.TargetFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Starts mirror jobs; everything after that is asked of [Jobs]. Any thread.
public final class MirrorJobs {
  /// The type of these jobs, as it is shown.
  public static final String TYPE = "mirror";

  private final BlockGraph graph;
  private final Jobs jobs;
  private final ActiveMirrors mirrors;
  private final MirrorLimits limits;
  private final MirrorChecks checks;
  private final TargetFiles files;

  /// Mirrors in `graph`.
  ///
  /// @param mirrors the same object that the graph's driver [MirrorTop] was given
  public MirrorJobs(BlockGraph graph, Jobs jobs, ActiveMirrors mirrors, MirrorLimits limits) {
    this.graph = graph;
    this.jobs = jobs;
    this.mirrors = mirrors;
    this.limits = limits;
    this.checks = new MirrorChecks(graph.drivers());
    this.files = new TargetFiles(graph);
  }

  /// What starting would change in the graph, or what stands against it; touches nothing.
  ///
  /// @param expected the graph's revision, where the caller insists on it
  public JobResult<Committed> plan(MirrorRequest request, OptionalLong expected) {
    return graph.onTrial(trial -> rehearse(request, expected, trial));
  }

  /// Plays starting a job through on a trial.
  public JobResult<Committed> rehearse(MirrorRequest request, OptionalLong expected, Trial trial) {
    return switch (check(request, trial.view())) {
      case JobResult.Done<MirrorPlan>(MirrorPlan plan) ->
          answer(trial.make(insertion(plan, trial.view().state()).expecting(expected)));
      case JobResult.Rejected<MirrorPlan>(JobRejection reason) -> new JobResult.Rejected<>(reason);
    };
  }

  /// Starts a job, at whatever revision the graph is.
  public JobResult<JobRecord> start(MirrorRequest request) {
    return start(request, OptionalLong.empty());
  }

  /// Starts a job. When this returns, its filter is in the graph and sees every write to the
  /// source.
  ///
  /// @param expected the graph's revision, where the caller insists on it
  public JobResult<JobRecord> start(MirrorRequest request, OptionalLong expected) {
    return switch (graph.inspect(view -> check(request, view))) {
      case JobResult.Done<MirrorPlan>(MirrorPlan plan) -> begin(plan, expected);
      case JobResult.Rejected<MirrorPlan>(JobRejection reason) -> new JobResult.Rejected<>(reason);
    };
  }

  /// Starting a job, as a part of a transaction.
  public JobStart starting(MirrorRequest request) {
    return new Starting(request);
  }

  /// The start of one job within a transaction. One thread.
  private final class Starting implements JobStart {
    private final MirrorRequest request;
    private @Nullable MirrorPlan decided;

    Starting(MirrorRequest request) {
      this.request = request;
    }

    @Override
    public JobResult<Operation.Made> rehearse(Trial trial) {
      return check(request, trial.view())
          .then(
              plan -> {
                decided = plan;
                Change change = insertion(plan, trial.view().state());
                return answer(trial.make(change))
                    .then(made -> new JobResult.Done<>(new Operation.Made(change, made)));
              });
    }

    @Override
    public JobResult<Part.Claim> claim(JobGroup group) {
      MirrorPlan plan = decided;
      if (plan == null) {
        throw new IllegalStateException("a mirror that was not rehearsed");
      }
      JobId id = request.id();
      Optional<JobRejection> objection = jobs.reserve(id, group);
      if (objection.isPresent()) {
        return new JobResult.Rejected<>(objection.get());
      }
      Tracker tracker = plan.tracker();
      if (!mirrors.add(id, tracker)) {
        jobs.release(id, group);
        return new JobResult.Rejected<>(new JobRejection.JobIdInUse(id, JobStatus.CREATED));
      }
      return new JobResult.Done<>(new Claimed(plan, tracker, group));
    }
  }

  /// A job that is about to start.
  private final class Claimed implements Part.Claim {
    private final MirrorPlan plan;
    private final Tracker tracker;
    private final JobGroup group;

    Claimed(MirrorPlan plan, Tracker tracker, JobGroup group) {
      this.plan = plan;
      this.tracker = tracker;
      this.group = group;
    }

    @Override
    public List<String> made(Committed whole) {
      MirrorWork work = new MirrorWork(plan, graph, mirrors, tracker, limits);
      abandonedUnless(jobs.start(title(plan), work, group, whole.after().revision()), work);
      return List.of();
    }

    @Override
    public void givenUp() {
      mirrors.remove(plan.request().id());
      jobs.release(plan.request().id(), group);
    }
  }

  private JobResult<MirrorPlan> check(MirrorRequest request, BlockGraph.View view) {
    Optional<JobRejection> objection = jobs.mayStart(request.id());
    if (objection.isPresent()) {
      return new JobResult.Rejected<>(objection.get());
    }
    try {
      return look(request).then(file -> checks.check(request, file, view));
    } catch (BlockException e) {
      return new JobResult.Rejected<>(
          new JobRejection.Graph(new Rejection.WorldBroke(Optional.empty(), e)));
    }
  }

  private JobResult<Optional<TargetFiles.Known>> look(MirrorRequest request) {
    MirrorRequest.Disks disks = request.disks();
    return disks.file().isEmpty()
        ? new JobResult.Done<>(Optional.empty())
        : files
            .look(disks.target(), disks.file().get())
            .then(known -> new JobResult.Done<>(Optional.of(known)));
  }

  private Change insertion(MirrorPlan plan, GraphState state) {
    ImageNodes.Coming target =
        plan.wish(state.topology(), graph.drivers())
            .map(wish -> files.coming(wish, state.topology()))
            .orElseGet(() -> new ImageNodes.Coming(List.of(), List.of()));
    List<GraphEdit> edits = new ArrayList<>(target.edits());
    state.topology().node(plan.source()).map(plan.edits()::insert).ifPresent(edits::addAll);
    String what = "mirror '" + plan.request().id() + "' of '" + plan.source() + "' begins";
    return Change.of(what, edits)
        .making(target.files())
        .checking((now, _, after) -> checkAgain(plan, now, after));
  }

  private JobResult<JobRecord> begin(MirrorPlan plan, OptionalLong expected) {
    Tracker tracker = plan.tracker();
    if (!mirrors.add(plan.request().id(), tracker)) {
      return new JobResult.Rejected<>(
          new JobRejection.JobIdInUse(plan.request().id(), JobStatus.CREATED));
    }
    JobResult<JobRecord> result = insert(plan, tracker, expected);
    if (result instanceof JobResult.Rejected<JobRecord>) {
      mirrors.remove(plan.request().id());
    }
    return result;
  }

  private JobResult<JobRecord> insert(MirrorPlan plan, Tracker tracker, OptionalLong expected) {
    Change change = insertion(plan, graph.state()).expecting(expected);
    return switch (answer(graph.commit(change))) {
      case JobResult.Rejected<Committed>(JobRejection reason) -> new JobResult.Rejected<>(reason);
      case JobResult.Done<Committed>(Committed committed) -> run(plan, tracker, committed);
    };
  }

  /// What was true when the request was checked may not be any more; now nothing can change under
  /// it.
  private Optional<Rejection> checkAgain(
      MirrorPlan plan, GraphState now, Function<NodeName, BlockIo> after) {
    long source = after.apply(plan.source()).sizeBytes();
    long target = after.apply(plan.targetNode()).sizeBytes();
    if (source != plan.measures().sizeBytes() || target != plan.measures().sizeBytes()) {
      return Optional.of(
          new Rejection.SizeMismatch(plan.source(), source, plan.targetNode(), target));
    }
    return checks.rules(plan.request(), now.topology()).<Rejection>map(Rejection.RuleBroken::new);
  }

  private JobResult<JobRecord> run(MirrorPlan plan, Tracker tracker, Committed committed) {
    MirrorWork work = new MirrorWork(plan, graph, mirrors, tracker, limits);
    return abandonedUnless(jobs.start(title(plan), work, committed.after().revision()), work);
  }

  private static JobRecord.Title title(MirrorPlan plan) {
    return new JobRecord.Title(plan.request().id(), TYPE, plan.request().ending());
  }

  private static JobResult<JobRecord> abandonedUnless(
      JobResult<JobRecord> started, MirrorWork work) {
    if (started instanceof JobResult.Rejected<JobRecord>) {
      work.abandon();
    }
    return started;
  }

  private static JobResult<Committed> answer(Result<Committed> result) {
    return JobResult.of(result);
  }
}
