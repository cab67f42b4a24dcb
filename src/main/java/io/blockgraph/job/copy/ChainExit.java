package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.ImageNodes;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobFailure;
import io.blockgraph.job.JobWork;
import io.blockgraph.job.Reasons;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// How a job within a chain leaves the graph: with its result, or without. Either way what it had
/// made writable is read-only again, unless somebody has begun to write it meanwhile.
///
/// The links of images are rewritten while clients are held, after the copy is durable and before
/// the change is decided: with the copy complete the old chain and the new one show the same, so it
/// does not matter which of the two a crash leaves in the store and in the images.
final class ChainExit {
  private static final int LEAVE_TRIES = 20;

  private final ChainPlan plan;
  private final BlockGraph graph;
  private final ImageNodes images;
  private volatile List<String> warnings = List.of();

  ChainExit(ChainPlan plan, BlockGraph graph) {
    this.plan = plan;
    this.graph = graph;
    this.images = new ImageNodes(graph);
  }

  /// What could not be told to images.
  List<String> warnings() {
    return warnings;
  }

  /// Whether what is in the lent access is given back.
  private enum Lent {
    GIVEN_BACK,
    KEPT
  }

  /// Tries once to show the result.
  JobWork.Settled complete() throws JobFailure {
    for (Lent lent : Lent.values()) {
      Topology seen = graph.state().topology();
      Change change = withLent(plan.completing(seen), lent, seen);
      Sealing sealing = new Sealing(change.edits(), lent);
      Result<Committed> result = graph.commit(change.whileHeld(sealing));
      if (result instanceof Result.Done<Committed>) {
        warnings = sealing.told;
        return JobWork.Settled.DONE;
      }
      Rejection reason = ((Result.Rejected<Committed>) result).reason();
      if (sealing.overtaken || isStale(change, lent) || isPassing(reason)) {
        return JobWork.Settled.AGAIN;
      }
      if (!isWritten(reason) || lent == Lent.KEPT) {
        throw new JobFailure(
            new JobError(Reasons.code(reason), Reasons.sentence(reason), Optional.of(reason)));
      }
    }
    return JobWork.Settled.AGAIN;
  }

  private Change withLent(Change change, Lent lent, Topology now) {
    if (lent == Lent.KEPT) {
      return change;
    }
    List<GraphEdit> edits = new ArrayList<>(change.edits());
    edits.addAll(plan.lent(now).end(now));
    return Change.of(change.what(), edits);
  }

  private boolean isStale(Change change, Lent lent) {
    Topology now = graph.state().topology();
    return !change.edits().equals(withLent(plan.completing(now), lent, now).edits());
  }

  /// Whether it may go another time.
  static boolean isPassing(Rejection reason) {
    return reason instanceof Rejection.DrainTimeout || reason instanceof Rejection.WriterBusy;
  }

  private static boolean isWritten(Rejection reason) {
    return reason instanceof Rejection.RuleBroken(Refusal.NodeReadOnly _);
  }

  /// The last steps, with clients held.
  private final class Sealing implements Change.WhileHeld {
    private final List<GraphEdit> edits;
    private final Lent lent;
    private List<String> told = List.of();
    private boolean overtaken;

    Sealing(List<GraphEdit> edits, Lent lent) {
      this.edits = edits;
      this.lent = lent;
    }

    @Override
    public Optional<Rejection> run(
        GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after) {
      Topology graphNow = now.topology();
      if (!edits.equals(withLent(plan.completing(graphNow), lent, graphNow).edits())) {
        overtaken = true;
        return Optional.of(overtaken());
      }
      if (before.apply(plan.filter()) instanceof ChainTop top) {
        top.target().flush();
      }
      List<String> untold = new ArrayList<>();
      for (ImageNodes.Relink link : plan.links(graphNow)) {
        images.relink(link, before.apply(link.node()), graphNow).ifPresent(untold::add);
      }
      told = untold;
      return Optional.empty();
    }
  }

  /// Somebody has put a filter in or out meanwhile: it is tried again.
  private static Rejection overtaken() {
    return new Rejection.WorldBroke(
        Optional.empty(),
        new BlockException(BlockException.Kind.TIMEOUT, "the graph has changed meanwhile"));
  }

  /// Takes job and filter out. Others may be changing the graph: it is tried a few times.
  Optional<String> leave() {
    Optional<Rejection> why = Optional.empty();
    Lent lent = Lent.GIVEN_BACK;
    for (int i = 0; i < LEAVE_TRIES && isInGraph(); i++) {
      why = leave(lent);
      lent = why.filter(ChainExit::isWritten).isPresent() ? Lent.KEPT : lent;
    }
    return isInGraph()
        ? why.map(reason -> "its filter is still in the graph: " + Reasons.sentence(reason))
        : Optional.empty();
  }

  private Optional<Rejection> leave(Lent lent) {
    Change change = leaving(graph.state().topology(), lent);
    Change.WhileHeld look =
        (now, _, _) ->
            change.edits().equals(leaving(now.topology(), lent).edits())
                ? Optional.empty()
                : Optional.of(overtaken());
    return graph.commit(change.whileHeld(look)) instanceof Result.Rejected<Committed>(var reason)
        ? Optional.of(reason)
        : Optional.empty();
  }

  private Change leaving(Topology now, Lent lent) {
    String what = "job '" + plan.title().id() + "' ends";
    return withLent(Change.of(what, plan.leaving(now)), lent, now);
  }

  private boolean isInGraph() {
    return graph.state().topology().node(plan.filter()).isPresent();
  }
}
