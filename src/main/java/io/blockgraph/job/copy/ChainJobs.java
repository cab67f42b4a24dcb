package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Trial;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.Jobs;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Starts jobs of one kind that move data within a backing chain; everything after that is asked of
/// [Jobs]. Any thread.
///
/// @param <R> a request for such a job
public final class ChainJobs<R> {
  private final BlockGraph graph;
  private final Jobs jobs;
  private final Kind<R> kind;
  private final ChainLimits limits;

  /// A kind of job.
  public interface Kind<R> {
    /// The id a request asks for.
    JobId id(R request);

    /// What is wrong with a request in itself.
    Optional<JobRejection> objection(R request);

    /// The request made ready for the graph that is seen, or what stands against it there.
    Result<ChainPlan> plan(R request, BlockGraph.View view);
  }

  /// Jobs of `kind` in `graph`.
  public ChainJobs(BlockGraph graph, Jobs jobs, Kind<R> kind, ChainLimits limits) {
    this.graph = graph;
    this.jobs = jobs;
    this.kind = kind;
    this.limits = limits;
  }

  /// What starting would change in the graph, or what stands against it; touches nothing.
  ///
  /// @param expected the graph's revision, where the caller insists on it
  public JobResult<Committed> plan(R request, OptionalLong expected) {
    return objection(request)
        .<JobResult<Committed>>map(JobResult.Rejected::new)
        .orElseGet(() -> make(new Joining(request), new Ask(expected, Ask.Mode.DRY_RUN)));
  }

  /// Plays starting a job through on a trial.
  public JobResult<Committed> rehearse(R request, Trial trial) {
    return objection(request)
        .<JobResult<Committed>>map(JobResult.Rejected::new)
        .orElseGet(() -> committed(new Joining(request).rehearse(trial)));
  }

  /// Starts a job, at whatever revision the graph is.
  public JobResult<JobRecord> start(R request) {
    return start(request, OptionalLong.empty());
  }

  /// Starts a job. When this returns, its filter is in the graph.
  ///
  /// @param expected the graph's revision, where the caller insists on it
  public JobResult<JobRecord> start(R request, OptionalLong expected) {
    Optional<JobRejection> objection = objection(request);
    if (objection.isPresent()) {
      return new JobResult.Rejected<>(objection.get());
    }
    Joining joining = new Joining(request);
    return make(joining, new Ask(expected, Ask.Mode.DO))
        .then(committed -> run(joining.decided(), committed));
  }

  private Optional<JobRejection> objection(R request) {
    return jobs.mayStart(kind.id(request)).or(() -> kind.objection(request));
  }

  private JobResult<Committed> make(Operation operation, Ask ask) {
    return committed(graph.make(operation, ask));
  }

  private static JobResult<Committed> committed(Result<Operation.Made> result) {
    return switch (result) {
      case Result.Done<Operation.Made>(Operation.Made made) ->
          new JobResult.Done<>(made.committed());
      case Result.Rejected<Operation.Made>(Rejection reason) ->
          new JobResult.Rejected<>(new JobRejection.Graph(reason));
    };
  }

  private JobResult<JobRecord> run(ChainPlan plan, Committed committed) {
    ChainWork work = new ChainWork(plan, graph, limits);
    JobResult<JobRecord> started = jobs.start(plan.title(), work, committed.after().revision());
    if (started instanceof JobResult.Rejected<JobRecord>) {
      work.abandon();
    }
    return started;
  }

  /// A job that joins the graph; right for the graph seen and no other. One thread.
  private final class Joining implements Operation {
    private final R request;
    private @Nullable ChainPlan decided;

    Joining(R request) {
      this.request = request;
    }

    ChainPlan decided() {
      ChainPlan plan = decided;
      if (plan == null) {
        throw new IllegalStateException("a job that has joined without a plan");
      }
      return plan;
    }

    @Override
    public Result<Change> on(BlockGraph.View view) {
      try {
        Function<ChainPlan, Result<Change>> join =
            plan -> {
              decided = plan;
              return new Result.Done<>(
                  plan.joining(view.state().topology())
                      .expecting(OptionalLong.of(view.state().revision())));
            };
        return kind.plan(request, view).then(join);
      } catch (BlockException e) {
        return new Result.Rejected<>(new Rejection.WorldBroke(Optional.empty(), e));
      }
    }
  }
}
