package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobControl;
import io.blockgraph.job.JobError;
import io.blockgraph.job.JobFailure;
import io.blockgraph.job.JobPhase;
import io.blockgraph.job.JobProgress;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobWork;
import io.blockgraph.job.Reasons;
import io.blockgraph.job.copy.CopyStep;
import io.blockgraph.job.copy.CopyTrouble;
import io.blockgraph.job.copy.CopyWorkers;
import io.blockgraph.job.copy.ErrorPolicy;
import io.blockgraph.job.copy.SpeedLimit;
import io.blockgraph.job.copy.TargetFile;
import io.blockgraph.job.copy.TargetFiles;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One mirror, from its first mark to the swap.
///
/// ```
/// first pass   mark what is to be copied                    (phase copying)
/// copy         workers copy what is marked                  copying, converging
/// flush        the target, clients go on                    converging
/// ready        little is left; workers go on                ready
/// complete     wait until very little is left, flush again  completing
/// settle       one change of the graph: hold clients, copy the rest, flush, ask again, swap, take filter and job out
/// ```
///
/// The workers go on until that change is made: a job that waits to be finalized does not hold
/// anybody back.
final class MirrorWork implements JobWork {
  private static final long TICK_MS = 10;
  private static final long STILL_TICK_MS = 100;

  /// After so many ticks in which nothing was copied the job's thread looks around less often.
  private static final int STILL_AFTER = 20;

  private static final long REST_WAIT_MS = 200;
  private static final int REMOVE_TRIES = 5;
  private static final int VERIFY_SWEEPS = 3;

  private final MirrorPlan plan;
  private final BlockGraph graph;
  private final ActiveMirrors mirrors;
  private final MirrorLimits limits;
  private final Tracker tracker;
  private final Copier copier;
  private final SpeedLimit speed;
  private final MirrorProgress progress;
  private final Optional<Verifier> verifier;
  private final Settlement settlement;
  private final Optional<NodeName> foreseenBacking;
  private volatile @Nullable Begun begun;
  private volatile @Nullable CopyWorkers workers;
  private volatile List<String> warnings = List.of();
  private long doneAtTick;
  private int stillTicks;

  /// What there is from the moment on when the job runs.
  private record Begun(CopyTrouble trouble, LateBacking backing, GatedDisk main) {}

  MirrorWork(
      MirrorPlan plan,
      BlockGraph graph,
      ActiveMirrors mirrors,
      Tracker tracker,
      MirrorLimits limits) {
    this.plan = plan;
    this.graph = graph;
    this.mirrors = mirrors;
    this.limits = limits;
    this.tracker = tracker;
    this.copier = new Copier(tracker, plan.request().copying().zeroes().unmap(), counted());
    this.speed = new SpeedLimit(plan.request().copying().speed());
    this.progress = new MirrorProgress(copier, tracker, speed, limits);
    this.verifier =
        tracker.unverified().map(all -> new Verifier(tracker, all, limits.chunkBytes()));
    this.settlement = new Settlement(plan, graph, copier, verifier, limits);
    this.foreseenBacking = plan.backing().backing(graph.state().topology(), graph.drivers());
  }

  private Copier.Counted counted() {
    Topology now = graph.state().topology();
    return new Copier.Counted(
        graph.traffic().at(plan.source(), now),
        graph.traffic().at(plan.request().disks().target(), now));
  }

  @Override
  public void run(JobControl control) throws JobFailure {
    GatedDisk main = main();
    CopyTrouble ours =
        new CopyTrouble(plan.request().id(), sides(), graph.services().events(), control);
    begun = new Begun(ours, new LateBacking(plan, graph, tracker), main);
    firstPass(control, main);
    MirrorLimits.Buffers buffers = limits.buffers(plan.measures().bufferBytes());
    CopyWorkers copying = new CopyWorkers(copier, speed, ours, control);
    workers = copying;
    copying.start(plan.request().id().value(), main, buffers.count(), buffers.chunkBytes());
    while (!copiedOnce()) {
      tick(control);
    }
    flushTarget(control);
    // First, so that nobody who sees the job ready is told that it still converges.
    progress.phase(JobPhase.READY);
    control.becomeReady();
    while (control.wish() == JobControl.Wish.NONE) {
      control.await(STILL_TICK_MS);
      look();
    }
    progress.phase(JobPhase.COMPLETING);
    converge(control);
    flushTarget(control);
    if (verifier.isPresent()) {
      verify(control, main, verifier.get());
    }
  }

  private CopyTrouble.Sides sides() {
    MirrorRequest.Errors errors = plan.request().errors();
    return new CopyTrouble.Sides(
        plan.source(), errors.source(), plan.targetNode(), errors.target());
  }

  /// Compares what is there now; what is left or changes meanwhile is compared while clients are
  /// held back.
  private void verify(JobControl control, GatedDisk main, Verifier all) throws JobFailure {
    for (int sweep = 0; sweep < VERIFY_SWEEPS && all.leftBytes() > limits.heldBytes(); ) {
      if (control.beginStep(REST_WAIT_MS)) {
        Verifier.Step step;
        try {
          step = main.call(disk -> all.step((MirrorTopDisk) disk));
        } finally {
          control.endStep();
        }
        sweep += step instanceof Verifier.Step.Nothing ? 1 : 0;
      }
      look();
    }
  }

  private GatedDisk main() throws JobFailure {
    return graph
        .disk(plan.request().id().user(), MirrorEdits.MAIN)
        .orElseThrow(
            () ->
                new JobFailure(
                    JobError.of(
                        JobError.INTERRUPTED, "the job has no part in the graph any more")));
  }

  private void firstPass(JobControl control, GatedDisk main) {
    FirstPass pass = new FirstPass(plan, tracker.bitmap(), graph);
    long offset = 0;
    while (offset < plan.measures().sizeBytes()) {
      if (control.beginStep(REST_WAIT_MS)) {
        long from = offset;
        try {
          offset = main.call(disk -> pass.step((MirrorTopDisk) disk, from));
        } finally {
          control.endStep();
        }
      }
    }
  }

  private boolean copiedOnce() {
    if (!copier.wentThrough()) {
      return false;
    }
    progress.phase(JobPhase.CONVERGING);
    return copier.copiedAll() && copier.leftBytes() <= limits.readyBytes();
  }

  private void tick(JobControl control) throws JobFailure {
    long done = copier.doneBytes();
    stillTicks = done == doneAtTick ? stillTicks + 1 : 0;
    doneAtTick = done;
    control.await(stillTicks < STILL_AFTER ? TICK_MS : STILL_TICK_MS);
    look();
  }

  /// Looks whether something went wrong, whether there is more to copy, and how fast things go.
  private void look() throws JobFailure {
    progress.tick(System.nanoTime());
    begun().backing().follow(begun().main());
    BlockException unseen = tracker.takeTargetFailure();
    CopyTrouble ours = begun().trouble();
    if (unseen != null) {
      ours.goOnAfter(
          new CopyStep.Failed(
              CopyStep.Side.TARGET, new ByteRange(0, plan.measures().sizeBytes()), unseen));
    }
    CopyWorkers copying = workers;
    if (copying != null && copying.broken() instanceof Throwable broken) {
      ours.fail(JobError.of(JobError.INTERNAL, "a copier ran into " + broken));
    }
    ours.throwFailure();
  }

  private Begun begun() {
    Begun ours = begun;
    if (ours == null) {
      throw new IllegalStateException("the mirror has not begun");
    }
    return ours;
  }

  private void converge(JobControl control) throws JobFailure {
    long deadline = System.nanoTime() + limits.convergeMs() * 1_000_000;
    while (copier.leftBytes() > limits.heldBytes() && System.nanoTime() < deadline) {
      tick(control);
    }
  }

  /// Brings the copy to the storage while clients go on, so that little of it is left to be flushed
  /// while they are held back.
  private void flushTarget(JobControl control) throws JobFailure {
    boolean flushed = false;
    while (!flushed) {
      if (control.beginStep(REST_WAIT_MS)) {
        try {
          flushed = flushTarget();
        } finally {
          control.endStep();
        }
      }
      look();
    }
  }

  /// Whether it is done, or need not be done again.
  private boolean flushTarget() {
    boolean[] inside = new boolean[1];
    try {
      return begun()
          .main()
          .call(
              disk -> {
                inside[0] = true;
                ((MirrorTopDisk) disk).target().flush();
                return true;
              });
    } catch (BlockException e) {
      // A gate that stays closed for long is no failure of a disk.
      ByteRange all = new ByteRange(0, plan.measures().sizeBytes());
      return inside[0]
          && begun().trouble().goOnAfter(new CopyStep.Failed(CopyStep.Side.TARGET, all, e))
          && plan.request().errors().target() == ErrorPolicy.IGNORE;
    }
  }

  @Override
  public void whilePending() throws JobFailure {
    look();
  }

  @Override
  public Settled settle(JobControl control) throws JobFailure {
    look();
    Settled settled = settlement.attempt(control.wish(), begun().trouble(), begun().backing());
    if (settled == Settled.DONE) {
      leave();
      nameBacking();
    }
    return settled;
  }

  /// An image that was made names what was to back it; the graph may have changed since.
  private void nameBacking() {
    Optional<NodeName> backing =
        graph
            .state()
            .topology()
            .node(plan.targetNode())
            .flatMap(node -> node.child(ChildName.BACKING))
            .map(ChildSpec::node);
    if (!backing.equals(foreseenBacking)) {
      Optional<TargetFile> file = plan.request().disks().file();
      TargetFiles files = new TargetFiles(graph);
      warnings = file.map(f -> files.nameBacking(plan.targetNode(), f)).orElse(List.of());
    }
  }

  @Override
  public Optional<String> abandon() {
    Optional<String> left = removeFromGraph();
    leave();
    return left;
  }

  /// Takes the filter out. Others may be changing the graph: it is tried a few times.
  private Optional<String> removeFromGraph() {
    Optional<String> why = Optional.empty();
    for (int i = 0; i < REMOVE_TRIES && inGraph(); i++) {
      List<GraphEdit> edits = plan.edits().remove(graph.state().topology());
      Change change =
          Change.of("mirror '" + plan.request().id() + "' ends", edits)
              .whileHeld((now, _, _) -> overtaken(edits, now));
      if (graph.commit(change) instanceof Result.Rejected<Committed>(Rejection reason)) {
        why = Optional.of("its filter is still in the graph: " + Reasons.sentence(reason));
      }
    }
    return inGraph() ? why : Optional.empty();
  }

  /// Somebody has put a filter in or out meanwhile: it is tried again.
  private Optional<Rejection> overtaken(List<GraphEdit> edits, GraphState now) {
    return edits.equals(plan.edits().remove(now.topology()))
        ? Optional.empty()
        : Optional.of(
            new Rejection.WorldBroke(
                Optional.empty(),
                new BlockException(
                    BlockException.Kind.TIMEOUT, "filters came and went at the same time")));
  }

  private boolean inGraph() {
    return graph.state().topology().node(plan.edits().filter()).isPresent();
  }

  private void leave() {
    CopyWorkers copying = workers;
    if (copying != null) {
      copying.stop();
    }
    Begun ours = begun;
    if (ours != null) {
      ours.backing().close();
    }
    mirrors.remove(plan.request().id());
  }

  @Override
  public JobProgress progress() {
    return progress.now();
  }

  @Override
  public Options details() {
    Options details =
        warnings.isEmpty() ? plan.details() : plan.details().with("warnings", warnings);
    return details
        .with("copyMode", tracker.mode().word())
        .with("speed", speed.bytesPerSecond())
        .with("dirtyBytes", tracker.bitmap().dirtyBytes())
        .with("activelySynced", activelySynced());
  }

  /// Whether both disks are equal and stay equal with every write.
  private boolean activelySynced() {
    return tracker.mode() == CopyMode.WRITE_BLOCKING
        && copier.copiedAll()
        && copier.leftBytes() == 0;
  }

  @Override
  public Optional<JobRejection> mayComplete() {
    return settlement.mayBegin();
  }

  @Override
  public void setSpeed(long bytesPerSecond) {
    speed.set(bytesPerSecond);
  }

  @Override
  public Optional<JobRejection> change(Options change) {
    Optional<CopyMode> mode = change.text("copyMode").flatMap(CopyMode::of);
    if (mode.isEmpty() || !change.values().keySet().equals(Set.of("copyMode"))) {
      return Optional.of(
          new JobRejection.InvalidParameter(
              "copyMode",
              "the copy mode of a mirror job, 'background' or 'write-blocking', is all that can be"
                  + " changed"));
    }
    tracker.mode(mode.get());
    return Optional.empty();
  }
}
