package io.blockgraph.job.mirror;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobControl;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobFailure;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobWork;
import io.blockgraph.job.Reasons;
import io.blockgraph.job.copy.CopyStep;
import io.blockgraph.job.copy.CopyTrouble;
import io.blockgraph.job.copy.TargetImages;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The one change of the graph that ends a mirror: clients are held, the rest is copied, it is
/// asked once more whether the swap is allowed, and then the target is in place and job and filter
/// are gone. Tried until it works or cannot any more.
///
/// The job's own thread; [#mayBegin] any.
final class Settlement {
  private final MirrorPlan plan;
  private final BlockGraph graph;
  private final Copier copier;
  private final Optional<Verifier> verifier;
  private final MirrorLimits limits;
  private long heldMs;

  Settlement(
      MirrorPlan plan,
      BlockGraph graph,
      Copier copier,
      Optional<Verifier> verifier,
      MirrorLimits limits) {
    this.plan = plan;
    this.graph = graph;
    this.copier = copier;
    this.verifier = verifier;
    this.limits = limits;
    this.heldMs = limits.heldMs();
  }

  /// What stands against completing, as far as can be told before it is tried.
  Optional<JobRejection> mayBegin() {
    Topology now = graph.state().topology();
    NodeName replaced = plan.edits().replaced();
    if (now.node(replaced).isEmpty()) {
      return Optional.of(
          new JobRejection.Graph(new Rejection.RuleBroken(new Refusal.NodeNotFound(replaced))));
    }
    return holeInTheCopy(now);
  }

  /// A copy of less than everything shows zeroes where it holds nothing, unless something backs it.
  private Optional<JobRejection> holeInTheCopy(Topology now) {
    boolean meant =
        plan.request().disks().replacing().acceptPartialData()
            == MirrorRequest.PartialData.ACCEPTED;
    boolean backed =
        plan.backing().backing(now, graph.drivers()).isPresent()
            || TargetImages.of(plan.edits().targetNow(now), now, graph.drivers()).allBacked();
    if (plan.sync() == SyncMode.FULL || meant || backed) {
      return Optional.empty();
    }
    return Optional.of(
        new JobRejection.ConsentMissing(
            "acceptPartialData",
            "target '"
                + plan.targetNode()
                + "' holds only what sync="
                + plan.sync().word()
                + " copied and has no backing disk for the rest, which would read as zeroes; attach"
                + " one before the job completes"));
  }

  /// Tries once.
  ///
  /// @param wish COMPLETE for the swap, else the copy is only brought up to date and kept
  /// @return DONE, or AGAIN when nothing has changed and nothing is wrong
  /// @throws JobFailure when it cannot be any more
  JobWork.Settled attempt(JobControl.Wish wish, CopyTrouble trouble, LateBacking backing)
      throws JobFailure {
    if (!copier.copiedAll()) {
      return JobWork.Settled.AGAIN;
    }
    boolean swap = wish == JobControl.Wish.COMPLETE;
    List<GraphEdit> edits = edits(graph.state().topology(), swap);
    LastCopy last =
        new LastCopy(
            plan,
            copier,
            verifier,
            now ->
                edits.equals(edits(now.topology(), swap))
                    ? objection(now, swap, backing)
                    : Optional.of(new LastCopy.Outcome.Overtaken()),
            heldMs);
    Result<Committed> result = graph.commit(Change.of(what(swap), edits).whileHeld(last));
    return switch (result) {
      case Result.Done<Committed> _ -> JobWork.Settled.DONE;
      case Result.Rejected<Committed>(Rejection.RuleBroken _)
          when last.outcome().isEmpty() && overtaken(edits, swap) ->
          JobWork.Settled.AGAIN;
      case Result.Rejected<Committed>(Rejection reason) -> notSettled(last, reason, trouble);
    };
  }

  /// Whether what was planned is no longer right: somebody has put a filter in or out meanwhile.
  private boolean overtaken(List<GraphEdit> edits, boolean swap) {
    return !edits.equals(edits(graph.state().topology(), swap));
  }

  private List<GraphEdit> edits(Topology now, boolean swap) {
    return swap ? swapped(now) : plan.edits().remove(now);
  }

  private List<GraphEdit> swapped(Topology now) {
    List<GraphEdit> edits = new ArrayList<>(plan.edits().complete(now));
    edits.addAll(plan.backing().edits(now, graph.drivers()));
    return edits;
  }

  private String what(boolean swap) {
    String job = "mirror '" + plan.request().id() + "'";
    return swap
        ? job + " replaces '" + plan.edits().replaced() + "' by '" + plan.targetNode() + "'"
        : job + " ends, copy kept in '" + plan.targetNode() + "'";
  }

  private Optional<LastCopy.Outcome> objection(GraphState now, boolean swap, LateBacking backing) {
    if (!backing.isKnown()) {
      return Optional.of(new LastCopy.Outcome.Overtaken());
    }
    return swap
        ? new MirrorChecks(graph.drivers())
            .replacing(plan.backing(), now.topology(), MirrorChecks.own(plan.edits()))
            .map(refusal -> new LastCopy.Outcome.Refused(new Rejection.RuleBroken(refusal)))
        : Optional.empty();
  }

  private JobWork.Settled notSettled(LastCopy last, Rejection reason, CopyTrouble trouble)
      throws JobFailure {
    Optional<LastCopy.Outcome> outcome = last.outcome();
    if (outcome.isEmpty()) {
      return changeRejected(reason);
    }
    return switch (outcome.get()) {
      case LastCopy.Outcome.Overtaken _ -> JobWork.Settled.AGAIN;
      case LastCopy.Outcome.OutOfTime _ -> {
        heldMs = Math.min(limits.heldMaxMs(), heldMs * 2);
        yield JobWork.Settled.AGAIN;
      }
      case LastCopy.Outcome.Failed(CopyStep.Failed step) -> {
        trouble.goOnAfter(step);
        trouble.throwFailure();
        yield JobWork.Settled.AGAIN;
      }
      case LastCopy.Outcome.Differs(long offset) -> throw differs(offset);
      case LastCopy.Outcome.Refused(Rejection refused) -> throw noLongerSafe(refused);
    };
  }

  private JobFailure differs(long offset) {
    return new JobFailure(
        JobError.of(
            "VERIFY_MISMATCH",
            "node '"
                + plan.targetNode()
                + "' differs from node '"
                + plan.source()
                + "' at offset "
                + offset));
  }

  private JobWork.Settled changeRejected(Rejection reason) throws JobFailure {
    return switch (reason) {
      case Rejection.DrainTimeout _, Rejection.FlushTimeout _, Rejection.WriterBusy _ ->
          JobWork.Settled.AGAIN;
      case Rejection.RuleBroken broken -> throw noLongerSafe(broken);
      default -> throw new JobFailure(Reasons.error(reason));
    };
  }

  private static JobFailure noLongerSafe(Rejection reason) {
    @Nullable Refusal refusal = reason instanceof Rejection.RuleBroken(Refusal r) ? r : null;
    boolean other =
        refusal instanceof Refusal.ReplaceWouldLoop || refusal instanceof Refusal.NodeNotFound;
    return new JobFailure(
        new JobError(
            other ? Reasons.code(reason) : "REPLACE_NO_LONGER_SAFE",
            Reasons.sentence(reason),
            Optional.of(reason)));
  }
}
