package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
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
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// How a job within a chain leaves the graph: with its result, or without. Either way what it had
/// made writable is read-only again, unless somebody has begun to write it meanwhile.
///
/// The links of images are rewritten while clients are held, after the copy is durable and before
/// the change is decided: with the copy complete the old chain and the new one show the same, so it
/// does not matter which of the two a crash leaves in the store and in the images.
final class ChainExit {
  private static final int LEAVE_TRIES = 20;

  /// A disk that cannot be written any more can hardly be made read-only, which takes a flush: then
  /// it stays writable, and the job leaves all the same.
  private static final int GIVE_BACK_TRIES = 3;

  /// So long clients are held at most for what is left to copy.
  private static final long HELD_MS = 2_000;

  private static final long REST_BYTES = 256 << 10;

  private final ChainPlan plan;
  private final BlockGraph graph;
  private final JobCopier copier;
  private final ImageNodes images;

  /// What stays writable though the job had made it so.
  private final Set<NodeName> kept = ConcurrentHashMap.newKeySet();

  private volatile List<String> warnings = List.of();

  ChainExit(ChainPlan plan, BlockGraph graph, JobCopier copier) {
    this.plan = plan;
    this.copier = copier;
    this.graph = graph;
    this.images = new ImageNodes(graph);
  }

  /// What could not be told to images.
  List<String> warnings() {
    return warnings;
  }

  /// Tries once to leave with everything copied.
  ///
  /// @param exit RESULT, or NOTHING to keep the copy and show no result
  JobWork.Settled complete(ChainPlan.Exit exit) throws JobFailure {
    Topology now = graph.state().topology();
    Optional<JobError> outdated = plan.outdated(now);
    if (exit == ChainPlan.Exit.RESULT && outdated.isPresent()) {
      throw new JobFailure(outdated.get());
    }
    Ending ending = new Ending(exit, Set.copyOf(kept));
    Change change = ending(now, ending);
    Sealing sealing = new Sealing(change.edits(), ending);
    Result<Committed> result = graph.commit(change.whileHeld(sealing));
    if (result instanceof Result.Done<Committed>) {
      warnings = sealing.told;
      return JobWork.Settled.DONE;
    }
    Rejection reason = ((Result.Rejected<Committed>) result).reason();
    boolean stale = !change.edits().equals(ending(graph.state().topology(), ending).edits());
    if (!sealing.again && !stale && !isPassing(reason) && !keeps(reason)) {
      throw new JobFailure(Reasons.error(reason));
    }
    return JobWork.Settled.AGAIN;
  }

  /// How the job leaves.
  ///
  /// @param kept what it leaves as writable as it had made it
  private record Ending(ChainPlan.Exit exit, Set<NodeName> kept) {}

  private Change ending(Topology now, Ending how) {
    Change bare =
        switch (how.exit()) {
          case RESULT -> plan.completing(now);
          case NOTHING -> Change.of("job '" + plan.title().id() + "' ends", plan.leaving(now));
        };
    List<GraphEdit> edits = new ArrayList<>(bare.edits());
    edits.addAll(plan.lent(now, how.exit()).without(how.kept()).end(now, plan.title().id().user()));
    return Change.of(bare.what(), edits).editing(plan.givenBack(how.exit()));
  }

  /// Whether it may go another time.
  static boolean isPassing(Rejection reason) {
    return reason instanceof Rejection.DrainTimeout
        || reason instanceof Rejection.FlushTimeout
        || reason instanceof Rejection.WriterBusy;
  }

  /// Whether the reason is that somebody has begun to write what was lent: then that node stays
  /// writable.
  private boolean keeps(Rejection reason) {
    return reason instanceof Rejection.RuleBroken(Refusal.NodeReadOnly written)
        && kept.add(written.node());
  }

  /// The last steps, with clients held.
  private final class Sealing implements Change.WhileHeld {
    private final List<GraphEdit> edits;
    private final Ending how;
    private List<String> told = List.of();
    private boolean again;

    Sealing(List<GraphEdit> edits, Ending how) {
      this.edits = edits;
      this.how = how;
    }

    @Override
    public Optional<Rejection> run(
        GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after) {
      Topology graphNow = now.topology();
      BlockIo filter = before.apply(plan.filter());
      boolean same = edits.equals(ending(graphNow, how).edits());
      if (!same || !(filter instanceof CopyTop top) || !copyRest(top)) {
        again = true;
        return Optional.of(overtaken());
      }
      top.target().flush();
      if (how.exit() == ChainPlan.Exit.RESULT) {
        List<String> untold = new ArrayList<>();
        for (ImageNodes.Relink link : plan.links(graphNow)) {
          images.relink(link, before.apply(link.node()), graphNow).ifPresent(untold::add);
        }
        told = untold;
      }
      return Optional.empty();
    }
  }

  /// What clients made necessary since the copiers looked last; false when it takes too long or a
  /// disk fails, and it has to be tried again.
  private boolean copyRest(CopyTop top) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HELD_MS);
    try (ScratchBuffers.Lease lease = ScratchBuffers.shared(REST_BYTES).borrow()) {
      MemorySegment buffer = lease.first(REST_BYTES);
      CopyStep step = copier.step((BlockIo) top, buffer);
      while (step instanceof CopyStep.Copied && System.nanoTime() < deadline) {
        step = copier.step((BlockIo) top, buffer);
      }
      return step instanceof CopyStep.Idle
          && copier.leftBytes() == 0
          && copier.hopeless().isEmpty();
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
    for (int i = 0; i < LEAVE_TRIES && isInGraph(); i++) {
      why = leave(new Ending(ChainPlan.Exit.NOTHING, Set.copyOf(kept)));
      boolean written = why.filter(this::keeps).isPresent();
      if (i > GIVE_BACK_TRIES && !written) {
        kept.addAll(plan.lent(graph.state().topology(), ChainPlan.Exit.NOTHING).nodes());
      }
    }
    return isInGraph()
        ? why.map(reason -> "its filter is still in the graph: " + Reasons.sentence(reason))
        : Optional.empty();
  }

  private Optional<Rejection> leave(Ending how) {
    Change change = ending(graph.state().topology(), how);
    Change.WhileHeld look =
        (now, before, _) -> {
          if (!change.edits().equals(ending(now.topology(), how).edits())) {
            return Optional.of(overtaken());
          }
          if (before.apply(plan.filter()) instanceof CopyTop top) {
            plan.ending(top);
          }
          return Optional.empty();
        };
    return graph.commit(change.whileHeld(look)) instanceof Result.Rejected<Committed>(var reason)
        ? Optional.of(reason)
        : Optional.empty();
  }

  private boolean isInGraph() {
    return graph.state().topology().node(plan.filter()).isPresent();
  }
}
