package io.blockgraph.job.backup;

import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.ImageNodes;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.bitmap.BitmapRefusal;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.LoopRules;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.Walks;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.backup.BackupRequest.Copied;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.copy.ChainLimits;
import io.blockgraph.job.copy.ChainPlan;
import io.blockgraph.job.copy.TargetFacts;
import io.blockgraph.job.copy.TargetFile;
import io.blockgraph.job.copy.TargetFiles;
import io.blockgraph.job.copy.TargetImages;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/// What makes a request to back up a disk a job, or what stands against it. Reads the graph and
/// changes nothing; any thread.
public final class BackupJobs implements ChainJobs.Kind<BackupRequest> {
  /// The type of these jobs, as it is shown.
  public static final String TYPE = "backup";

  private static final String DISCARD = "discardSource";
  private static final long LEAST_CLUSTER_BYTES = 64 << 10;

  private final RuleBook rules;
  private final TargetFiles files;

  private BackupJobs(BlockGraph graph) {
    this.rules = graph.drivers();
    this.files = new TargetFiles(graph);
  }

  /// Backup jobs in `graph`.
  public static ChainJobs<BackupRequest> in(BlockGraph graph, Jobs jobs) {
    return new ChainJobs<>(graph, jobs, new BackupJobs(graph), ChainLimits.DEFAULT);
  }

  @Override
  public JobId id(BackupRequest request) {
    return request.id();
  }

  @Override
  public Optional<JobRejection> objection(BackupRequest request) {
    return request.pace().speed() < 0
        ? Optional.of(
            new JobRejection.InvalidParameter(
                "speed", request.pace().speed() + " is negative; 0 means no limit"))
        : SyncBitmap.objection(request.disks().sync(), request.disks().bitmap())
            .or(() -> undiscardable(request.disks()))
            .or(() -> fileTrouble(request));
  }

  /// What is left out of a copy must not be discarded, nor be missed where it is.
  private static Optional<JobRejection> undiscardable(BackupRequest.Disks disks) {
    return disks.after() == Copied.DISCARDED && disks.sync() != BackupSync.FULL
        ? Optional.of(
            new JobRejection.InvalidParameter(
                DISCARD,
                "sync '"
                    + disks.sync().word()
                    + "' does not copy all that the source shows; only what 'full' has copied is"
                    + " discarded"))
        : Optional.empty();
  }

  private Optional<JobRejection> fileTrouble(BackupRequest request) {
    BackupRequest.Disks disks = request.disks();
    return disks.file().isPresent()
            && files.look(disks.target(), disks.file().get())
                instanceof JobResult.Rejected<TargetFiles.Known>(JobRejection reason)
        ? Optional.of(reason)
        : Optional.empty();
  }

  @Override
  public Result<ChainPlan> plan(BackupRequest request, BlockGraph.View view) {
    Topology graph = view.state().topology();
    Optional<Refusal> refusal = refusal(request.disks(), graph);
    if (refusal.isPresent()) {
      return new Result.Rejected<>(new Rejection.RuleBroken(refusal.get()));
    }
    Optional<String> stays =
        request.disks().after() == Copied.DISCARDED
            ? FreedPast.objection(request.disks().source(), graph)
            : Optional.empty();
    if (stays.isPresent()) {
      return new Result.Rejected<>(new Rejection.ParameterImpossible(DISCARD, stays.get()));
    }
    Optional<BitmapRefusal> unwritable = unwritable(request.disks(), view);
    if (unwritable.isPresent()) {
      return new Result.Rejected<>(new Rejection.BitmapRefused(unwritable.get()));
    }
    Target target = target(request.disks(), view);
    long source = view.disk(request.disks().source()).sizeBytes();
    long bytes = target.sizeBytes().orElse(source);
    return source == bytes
        ? new Result.Done<>(plan(request, target, view))
        : new Result.Rejected<>(
            new Rejection.SizeMismatch(
                request.disks().source(), source, request.disks().target(), bytes));
  }

  /// A bitmap that lives in an image that is only read stays as it is.
  private static Optional<BitmapRefusal> unwritable(
      BackupRequest.Disks disks, BlockGraph.View view) {
    NodeName source = disks.source();
    return disks
        .bitmap()
        .filter(bitmap -> bitmap.mode() != SyncBitmap.Mode.NEVER)
        .flatMap(bitmap -> view.bitmaps(source).find(bitmap.name()))
        .filter(DirtyBitmap::isPersistent)
        .filter(_ -> view.state().topology().node(source).orElseThrow().readOnly())
        .map(bitmap -> new BitmapRefusal.ReadOnly(source, bitmap.name()));
  }

  private Optional<Refusal> refusal(BackupRequest.Disks disks, Topology graph) {
    Stream<NodeName> there =
        disks.file().isPresent()
            ? Stream.of(disks.source())
            : Stream.of(disks.source(), disks.target());
    return there
        .map(node -> Busy.objection(graph, node))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> freed(disks, graph).flatMap(past -> Busy.objection(graph, past.store())))
        .or(() -> disks.file().isPresent() ? Optional.empty() : ownDisk(disks, graph))
        .or(() -> cannotBeBacked(disks, graph))
        .or(() -> frozenIn(disks, graph));
  }

  /// A job whose filter is below an edge that this one freezes could not take it out again.
  private Optional<Refusal> frozenIn(BackupRequest.Disks disks, Topology graph) {
    Walks walks = new Walks(graph, rules);
    Stream<NodeName> layer =
        copied(disks, graph) == BackupSync.TOP
            ? walks.chainWithFilters(disks.source()).stream().takeWhile(walks::isFilter)
            : Stream.of();
    Stream<NodeName> gaps =
        isOverSource(disks, graph)
            ? Gaps.links(disks.target(), disks.source(), walks, graph).map(Edge::child)
            : Stream.of();
    return Stream.concat(layer, gaps)
        .filter(node -> graph.node(node).orElseThrow().origin() == NodeSpec.Origin.IMPLICIT)
        .flatMap(node -> Busy.ownership(graph, node).stream())
        .findFirst();
  }

  private static Optional<FreedPast> freed(BackupRequest.Disks disks, Topology graph) {
    return disks.after() == Copied.DISCARDED
        ? FreedPast.of(disks.source(), graph)
        : Optional.empty();
  }

  /// Whether the target shows the source where it holds nothing itself.
  private boolean isOverSource(BackupRequest.Disks disks, Topology graph) {
    return disks.file().isEmpty()
        && new Walks(graph, rules).isBelow(disks.source(), disks.target());
  }

  /// A target that the source reads would change what is being copied.
  private Optional<Refusal> ownDisk(BackupRequest.Disks disks, Topology graph) {
    return new LoopRules(graph, rules)
        .selfMirror(disks.source(), disks.target())
        .or(
            () ->
                new Walks(graph, rules).isBelow(disks.target(), disks.source())
                    ? Optional.of(new Refusal.SelfMirror(disks.source(), disks.target()))
                    : Optional.empty());
  }

  /// The top of a disk is of no use in an image that cannot say what it belongs on.
  private Optional<Refusal> cannotBeBacked(BackupRequest.Disks disks, Topology graph) {
    return disks
        .file()
        .map(TargetFile::format)
        .filter(_ -> copied(disks, graph) == BackupSync.TOP)
        .filter(format -> !TargetFiles.canBeBacked(format, rules))
        .map(format -> new Refusal.BackingUnsupported(disks.target(), format));
  }

  private BackupSync copied(BackupRequest.Disks disks, Topology graph) {
    boolean whole =
        disks.sync() == BackupSync.TOP && new Walks(graph, rules).backing(disks.source()).isEmpty();
    return whole ? BackupSync.FULL : disks.sync();
  }

  /// What is known of the target.
  ///
  /// @param sizeBytes its length; empty when it is made as long as the source
  /// @param bare whether nothing can show through its holes
  private record Target(Optional<Long> sizeBytes, TargetFacts facts, boolean bare) {}

  private Target target(BackupRequest.Disks disks, BlockGraph.View view) {
    if (disks.file().isPresent()) {
      TargetFiles.Known known = known(disks.target(), disks.file().get());
      Optional<Long> bytes =
          known.sizeBytes().isPresent()
              ? Optional.of(known.sizeBytes().getAsLong())
              : Optional.empty();
      return new Target(bytes, known.facts(), !known.facts().namesBacking());
    }
    TargetFacts facts = TargetFacts.of(disks.target(), view, rules);
    boolean backed =
        TargetImages.of(disks.target(), view.state().topology(), rules).backings().values().stream()
            .anyMatch(Optional::isPresent);
    return new Target(
        Optional.of(view.disk(disks.target()).sizeBytes()),
        facts,
        !backed && !facts.namesBacking());
  }

  /// It was looked at before; a file that has gone since stops the job when it is opened.
  private TargetFiles.Known known(NodeName target, TargetFile file) {
    return switch (files.look(target, file)) {
      case JobResult.Done<TargetFiles.Known>(TargetFiles.Known known) -> known;
      case JobResult.Rejected<TargetFiles.Known> _ ->
          new TargetFiles.Known(OptionalLong.empty(), new TargetFacts(Optional.empty(), true));
    };
  }

  private ChainPlan plan(BackupRequest request, Target target, BlockGraph.View view) {
    BackupRequest.Disks disks = request.disks();
    Topology graph = view.state().topology();
    NodeName filter = request.filter().orElseGet(() -> ChainPlan.filterOf(request.id(), graph));
    BackupSync sync = copied(disks, graph);
    long sizeBytes = view.disk(disks.source()).sizeBytes();
    boolean over = isOverSource(disks, graph);
    Walks walks = new Walks(graph, rules);
    Gaps gaps =
        over
            ? Gaps.between(request.id(), disks.target(), disks.source(), walks, graph)
            : new Gaps(request.id(), List.of());
    List<EdgeId> layer =
        sync == BackupSync.TOP ? BackupEdits.layer(filter, disks.source(), walks) : List.of();
    Optional<FreedPast> freed = freed(disks, graph);
    CopyBeforeWrite.Terms terms = terms(request, sync, target, over);
    return new BackupPlan(
        request,
        new BackupEdits(request.id(), filter, disks, gaps, freed, layer),
        sync,
        freed.isPresent()
            ? inClustersOf(terms, FreedPast.clusterBytes(view.disk(disks.source())))
            : terms,
        new BackupPlan.Target(sizeBytes, over, coming(disks, sync, sizeBytes, graph)),
        disks.bitmap().map(bitmap -> new LentBitmap(disks.source(), bitmap, sync)));
  }

  private static CopyBeforeWrite.Terms terms(
      BackupRequest request, BackupSync sync, Target target, boolean over) {
    boolean holes = sync == BackupSync.FULL && target.bare();
    return new CopyBeforeWrite.Terms(
        Math.max(LEAST_CLUSTER_BYTES, target.facts().clusterBytes().orElse(1L)),
        sync == BackupSync.TOP ? CopyBeforeWrite.Part.OWN_LAYER : CopyBeforeWrite.Part.ALL,
        request.errors().client(),
        request.errors().timeoutMs(),
        holes ? Zeroable.Mode.MAY_UNMAP : Zeroable.Mode.OPAQUE,
        over ? CopyBeforeWrite.Readers.AWAITED : CopyBeforeWrite.Readers.NONE);
  }

  /// Whatever is copied can be discarded as a whole.
  private static CopyBeforeWrite.Terms inClustersOf(CopyBeforeWrite.Terms terms, long bytes) {
    return new CopyBeforeWrite.Terms(
        Math.max(terms.clusterBytes(), bytes),
        terms.part(),
        terms.onError(),
        terms.timeoutMs(),
        terms.zeroes(),
        terms.readers());
  }

  private ImageNodes.Coming coming(
      BackupRequest.Disks disks, BackupSync sync, long sizeBytes, Topology graph) {
    Optional<NodeName> backing =
        sync == BackupSync.TOP ? new Walks(graph, rules).backing(disks.source()) : Optional.empty();
    return disks
        .file()
        .map(file -> new TargetFiles.Wish(disks.target(), file, sizeBytes, backing))
        .map(wish -> files.coming(wish, graph))
        .orElseGet(() -> new ImageNodes.Coming(List.of(), List.of()));
  }
}
