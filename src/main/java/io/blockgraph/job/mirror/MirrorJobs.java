package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.ImageNodes;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Trial;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStatus;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.copy.TargetFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

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
    MirrorRequest request = plan.request();
    JobResult<JobRecord> started =
        jobs.start(
            new JobRecord.Title(request.id(), TYPE, request.ending()),
            work,
            committed.after().revision());
    if (started instanceof JobResult.Rejected<JobRecord>) {
      work.abandon();
    }
    return started;
  }

  private static JobResult<Committed> answer(Result<Committed> result) {
    return switch (result) {
      case Result.Done<Committed>(Committed committed) -> new JobResult.Done<>(committed);
      case Result.Rejected<Committed>(Rejection reason) ->
          new JobResult.Rejected<>(new JobRejection.Graph(reason));
    };
  }
}
