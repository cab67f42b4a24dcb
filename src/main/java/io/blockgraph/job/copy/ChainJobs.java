package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Part;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Trial;
import io.blockgraph.job.JobGroup;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.JobStart;
import io.blockgraph.job.Jobs;
import java.util.List;
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
        .then(
            committed -> {
              ChainPlan plan = joining.decided();
              ChainWork work = new ChainWork(plan, graph, limits);
              return abandonedUnless(
                  jobs.start(plan.title(), work, committed.after().revision()), work);
            });
  }

  /// Starting a job, as a part of a transaction.
  public JobStart starting(R request) {
    return new Starting(request);
  }

  private static JobResult<JobRecord> abandonedUnless(
      JobResult<JobRecord> started, ChainWork work) {
    if (started instanceof JobResult.Rejected<JobRecord>) {
      work.abandon();
    }
    return started;
  }

  /// The start of one job within a transaction. One thread.
  private final class Starting implements JobStart {
    private final R request;
    private final Joining joining;

    Starting(R request) {
      this.request = request;
      this.joining = new Joining(request);
    }

    @Override
    public JobResult<Operation.Made> rehearse(Trial trial) {
      return objection(request)
          .<JobResult<Operation.Made>>map(JobResult.Rejected::new)
          .orElseGet(() -> JobResult.of(joining.rehearse(trial)));
    }

    @Override
    public JobResult<Part.Claim> claim(JobGroup group) {
      JobId id = kind.id(request);
      return jobs.reserve(id, group)
          .<JobResult<Part.Claim>>map(JobResult.Rejected::new)
          .orElseGet(() -> new JobResult.Done<>(claimed(id, group)));
    }

    private Part.Claim claimed(JobId id, JobGroup group) {
      return new Part.Claim() {
        @Override
        public List<String> made(Committed whole) {
          ChainPlan plan = joining.decided();
          ChainWork work = new ChainWork(plan, graph, limits);
          abandonedUnless(jobs.start(plan.title(), work, group, whole.after().revision()), work);
          return List.of();
        }

        @Override
        public void givenUp() {
          jobs.release(id, group);
        }
      };
    }
  }

  private Optional<JobRejection> objection(R request) {
    return jobs.mayStart(kind.id(request)).or(() -> kind.objection(request));
  }

  private JobResult<Committed> make(Operation operation, Ask ask) {
    return committed(graph.make(operation, ask));
  }

  private static JobResult<Committed> committed(Result<Operation.Made> result) {
    return JobResult.of(result).then(made -> new JobResult.Done<>(made.committed()));
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
