package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.Options;
import io.blockgraph.job.JobControl;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobFailure;
import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobWork;
import io.blockgraph.job.Reasons;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One copy within a chain, from its first piece to the change of the graph that shows its result.
///
/// ```
/// copy      workers copy each piece once                    (phase copying)
/// ready     only of a job that follows what clients write   ready
/// flush     the target, clients go on                       completing
/// settle    one change of the graph: hold clients, copy the rest, flush, rewrite the links of images, take filter and job out
/// ```
final class ChainWork implements JobWork {
  private static final long TICK_MS = 20;
  private static final long REST_WAIT_MS = 200;
  private static final long RETRY_MS = 100;

  private final ChainPlan plan;
  private final BlockGraph graph;
  private final ChainLimits limits;
  private final JobCopier copier;
  private final SpeedLimit speed;
  private final ChainProgress progress;
  private final ChainExit exit;
  private volatile @Nullable CopyWorkers workers;
  private volatile @Nullable CopyTrouble trouble;

  ChainWork(ChainPlan plan, BlockGraph graph, ChainLimits limits) {
    this.plan = plan;
    this.graph = graph;
    this.limits = limits;
    this.copier = plan.copier(graph);
    this.speed = new SpeedLimit(plan.speed());
    this.progress = new ChainProgress(copier);
    this.exit = new ChainExit(plan, graph, copier);
  }

  @Override
  public void run(JobControl control) throws JobFailure {
    GatedDisk main = main();
    prepare(control);
    CopyTrouble ours =
        new CopyTrouble(plan.title().id(), plan.sides(), graph.services().events(), control);
    CopyWorkers copying = new CopyWorkers(copier, speed, ours.among(copier::isClean), control);
    trouble = ours;
    workers = copying;
    ChainLimits chunks = plan.limits(limits);
    copying.start(plan.title().id().value(), main, chunks.inFlight(), chunks.chunkBytes());
    copyAll(control);
    if (plan.course() == ChainPlan.Course.FOLLOWS) {
      flush(control, main);
      // First, so that nobody who sees the job ready is told that it still copies.
      progress.phase(JobPhase.READY);
      control.becomeReady();
      while (control.wish() == JobControl.Wish.NONE) {
        tick(control);
      }
      copyAll(control);
    }
    progress.phase(JobPhase.COMPLETING);
    CopyStep.Failed leftOut = copier.leftOut();
    if (leftOut != null) {
      throw new JobFailure(ours.error(leftOut));
    }
    flush(control, main);
  }

  private void copyAll(JobControl control) throws JobFailure {
    while (copier.leftBytes() > 0) {
      tick(control);
    }
    look();
  }

  private void tick(JobControl control) throws JobFailure {
    control.await(TICK_MS);
    look();
  }

  private void prepare(JobControl control) throws JobFailure {
    while (plan.prepare(graph) instanceof Result.Rejected<Committed>(Rejection reason)) {
      if (!ChainExit.isPassing(reason)) {
        throw new JobFailure(Reasons.error(reason));
      }
      control.await(TICK_MS);
    }
  }

  private GatedDisk main() throws JobFailure {
    return graph
        .disk(plan.title().id().user(), ChainPlan.MAIN)
        .orElseThrow(
            () ->
                new JobFailure(
                    JobError.of(
                        JobError.INTERRUPTED, "the job has no part in the graph any more")));
  }

  /// Looks whether something went wrong, and how fast things go.
  private void look() throws JobFailure {
    progress.tick(System.nanoTime());
    CopyTrouble ours = trouble;
    CopyWorkers copying = workers;
    if (ours == null || copying == null) {
      return;
    }
    if (copying.broken() instanceof Throwable broken) {
      ours.fail(JobError.of(JobError.INTERNAL, "a copier ran into " + broken));
    }
    copier.hopeless().ifPresent(ours::fail);
    ours.throwFailure();
  }

  /// Brings the copy to the storage while clients go on, so that little of it is left to be flushed
  /// while they are held back.
  private void flush(JobControl control, GatedDisk main) throws JobFailure {
    boolean flushed = false;
    while (!flushed) {
      if (control.beginStep(REST_WAIT_MS)) {
        try {
          flushed = flush(main);
        } finally {
          control.endStep();
        }
      }
      look();
      if (!flushed) {
        control.await(RETRY_MS);
      }
    }
  }

  private boolean flush(GatedDisk main) {
    boolean[] inside = new boolean[1];
    try {
      return main.call(
          disk -> {
            inside[0] = true;
            if (disk instanceof CopyTop top) {
              top.target().flush();
            }
            return true;
          });
    } catch (BlockException e) {
      CopyTrouble ours = trouble;
      // A gate that stays closed for long is no failure of a disk.
      if (inside[0] && ours != null) {
        CopyStep.Failed failed = new CopyStep.Failed(CopyStep.Side.TARGET, new ByteRange(0, 0), e);
        if (copier.leavesOut()) {
          ours.fail(ours.error(failed));
        } else {
          ours.goOnAfter(failed);
        }
      }
      return false;
    }
  }

  @Override
  public void whilePending() throws JobFailure {
    look();
  }

  /// The copiers go on until it is done: clients may still make them work.
  @Override
  public Settled settle(JobControl control) throws JobFailure {
    look();
    boolean keep = control.wish() == JobControl.Wish.KEEP;
    Settled settled = exit.complete(keep ? ChainPlan.Exit.NOTHING : ChainPlan.Exit.RESULT);
    if (settled == Settled.DONE) {
      stop();
    }
    return settled;
  }

  @Override
  public Optional<String> abandon() {
    Optional<String> left = exit.leave();
    stop();
    return left;
  }

  private void stop() {
    CopyWorkers copying = workers;
    if (copying != null) {
      copying.stop();
    }
  }

  @Override
  public JobProgress progress() {
    return progress.now();
  }

  @Override
  public Options details() {
    List<String> warnings = exit.warnings();
    Options details = plan.details().with("speed", speed.bytesPerSecond());
    return warnings.isEmpty() ? details : details.with("warnings", warnings);
  }

  @Override
  public void setSpeed(long bytesPerSecond) {
    speed.set(bytesPerSecond);
  }
}
