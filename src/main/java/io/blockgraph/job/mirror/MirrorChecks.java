package io.blockgraph.job.mirror;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.LoopRules;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.ReplaceRules;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import io.blockgraph.graph.Walks;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.copy.TargetFacts;
import io.blockgraph.job.copy.TargetFile;
import io.blockgraph.job.copy.TargetFiles;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Everything that can stand against a mirror before it begins; reads the graph and changes
/// nothing.
final class MirrorChecks {
  static final long MAX_GRANULARITY = 64 << 20;
  private static final long MIN_GRANULARITY = 512;
  private static final long AUTO_MIN_GRANULARITY = 4 << 10;
  private static final long AUTO_MAX_GRANULARITY = 64 << 10;
  private static final long DEFAULT_BUFFER_BYTES = 16 << 20;
  private static final long MAX_BUFFER_BYTES = 1 << 30;

  private final RuleBook rules;

  MirrorChecks(RuleBook rules) {
    this.rules = rules;
  }

  /// The request made ready, or what stands against it; its target is in the graph.
  JobResult<MirrorPlan> check(MirrorRequest request, BlockGraph.View view) {
    return check(request, Optional.empty(), view);
  }

  /// The request made ready, or what stands against it.
  ///
  /// @param file what is known of the target's file, where it has one of its own
  JobResult<MirrorPlan> check(
      MirrorRequest request, Optional<TargetFiles.Known> file, BlockGraph.View view) {
    Topology graph = view.state().topology();
    Optional<JobRejection> objection =
        numbers(request)
            .or(() -> rules(request, graph).map(MirrorChecks::broken))
            .or(() -> partialData(request))
            .or(() -> lengths(request, file, view).map(JobRejection.Graph::new));
    return objection
        .<JobResult<MirrorPlan>>map(JobResult.Rejected::new)
        .orElseGet(() -> new JobResult.Done<>(plan(request, file, view)));
  }

  private static JobRejection broken(Refusal refusal) {
    return new JobRejection.Graph(new Rejection.RuleBroken(refusal));
  }

  // ---- numbers

  private static Optional<JobRejection> numbers(MirrorRequest request) {
    MirrorRequest.Copying copying = request.copying();
    if (copying.granularityBytes().isPresent()) {
      Optional<JobRejection> bad = granularity(copying.granularityBytes().getAsLong());
      if (bad.isPresent()) {
        return bad;
      }
    }
    if (copying.bufferBytes() < 0 || copying.bufferBytes() > MAX_BUFFER_BYTES) {
      return invalid("bufSize", copying.bufferBytes() + " is not within 0.." + MAX_BUFFER_BYTES);
    }
    if (copying.speed() < 0) {
      return invalid("speed", copying.speed() + " is negative; 0 means no limit");
    }
    boolean partlyVerified =
        copying.verify() == MirrorRequest.Verify.YES && request.disks().sync() != SyncMode.FULL;
    return partlyVerified
        ? invalid("verify", "only a copy of everything (sync full) can be verified")
        : Optional.empty();
  }

  private static Optional<JobRejection> granularity(long bytes) {
    if (bytes == 0) {
      return Optional.empty();
    }
    if (bytes < MIN_GRANULARITY || bytes > MAX_GRANULARITY) {
      return invalid(
          "granularity",
          bytes + " is not within " + MIN_GRANULARITY + ".." + MAX_GRANULARITY + " bytes");
    }
    return Long.bitCount(bytes) == 1
        ? Optional.empty()
        : invalid("granularity", bytes + " is not a power of two");
  }

  private static Optional<JobRejection> invalid(String parameter, String reason) {
    return Optional.of(new JobRejection.InvalidParameter(parameter, reason));
  }

  // ---- rules of the graph

  /// What the rules of the graph have against beginning.
  Optional<Refusal> rules(MirrorRequest request, Topology graph) {
    MirrorRequest.Disks disks = request.disks();
    Stream<NodeName> there =
        disks.file().isPresent()
            ? Stream.of(disks.source())
            : Stream.of(disks.source(), disks.target());
    return Stream.concat(there, disks.replacing().replaces().stream())
        .map(node -> Busy.objection(graph, node))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> target(disks, graph))
        .or(() -> replacing(new TargetBacking(disks, copied(disks, graph)), graph, Set.of()));
  }

  private Optional<Refusal> target(MirrorRequest.Disks disks, Topology graph) {
    if (disks.file().isEmpty()) {
      return new LoopRules(graph, rules).selfMirror(disks.source(), disks.target());
    }
    TargetFile file = disks.file().get();
    boolean whole = copied(disks, graph) == SyncMode.FULL;
    boolean meant = disks.replacing().acceptPartialData() == MirrorRequest.PartialData.ACCEPTED;
    return whole || meant || TargetFiles.canBeBacked(file.format(), rules)
        ? Optional.empty()
        : Optional.of(new Refusal.BackingUnsupported(disks.target(), file.format()));
  }

  /// What is copied: the top of a source without a backing disk is all of it.
  private SyncMode copied(MirrorRequest.Disks disks, Topology graph) {
    boolean whole =
        disks.sync() == SyncMode.TOP && new Walks(graph, rules).backing(disks.source()).isEmpty();
    return whole ? SyncMode.FULL : disks.sync();
  }

  /// Whether the swap that was asked for is allowed and would do what was asked, in this graph.
  Optional<Refusal> replacing(TargetBacking target, Topology graph, Set<EdgeId> own) {
    MirrorRequest.Disks disks = target.disks();
    NodeName replaced = disks.replacing().replaces().orElse(disks.source());
    ReplaceRules.Request wish =
        new ReplaceRules.Request(disks.source(), replaced, disks.replacing().otherParents(), own);
    LoopRules.Swap swap =
        new LoopRules.Swap(
            disks.source(), replaced, disks.target(), target.after(graph, rules), own);
    return otherOwner(graph, replaced, own)
        .or(() -> new ReplaceRules(graph, rules).objection(wish))
        .or(() -> new LoopRules(graph, rules).objection(swap));
  }

  /// Another job that copies the node to replace: its filter would be moved to the target with
  /// everybody else, and its end would give them all back to the node that was replaced.
  private static Optional<Refusal> otherOwner(Topology graph, NodeName node, Set<EdgeId> own) {
    return graph.parentsOf(node).stream()
        .filter(edge -> !own.contains(edge.id()))
        .map(Edge::parent)
        .flatMap(
            parent ->
                parent instanceof Parent.OfUser(UserId job, User.Kind kind) && kind == User.Kind.JOB
                    ? Stream.<Refusal>of(new Refusal.NodeBusy(node, job))
                    : Stream.empty())
        .findFirst();
  }

  /// The edges of a job and its filter: they do not count when it is asked who else cares.
  static Set<EdgeId> own(MirrorEdits edits) {
    Parent filter = new Parent.OfNode(edits.filter());
    Parent job = new Parent.OfUser(edits.job().user(), User.Kind.JOB);
    return Set.of(
        EdgeId.of(filter, ChildName.FILE),
        EdgeId.of(filter, MirrorTop.TARGET),
        EdgeId.of(job, MirrorEdits.MAIN),
        EdgeId.of(job, MirrorEdits.SOURCE),
        EdgeId.of(job, MirrorEdits.TARGET));
  }

  private static Optional<JobRejection> partialData(MirrorRequest request) {
    MirrorRequest.Disks disks = request.disks();
    MirrorRequest.Replacing replacing = disks.replacing();
    boolean other = replacing.replaces().filter(node -> !node.equals(disks.source())).isPresent();
    boolean partial = disks.sync() != SyncMode.FULL;
    if (!other || !partial || replacing.acceptPartialData() == MirrorRequest.PartialData.ACCEPTED) {
      return Optional.empty();
    }
    return Optional.of(
        new JobRejection.ConsentMissing(
            "acceptPartialData",
            "node '"
                + disks.target()
                + "' would take the place of node '"
                + replacing.replaces().orElseThrow()
                + "' with only a part of its data, because sync is "
                + disks.sync().word()));
  }

  // ---- lengths

  private static Optional<Rejection> lengths(
      MirrorRequest request, Optional<TargetFiles.Known> file, BlockGraph.View view) {
    MirrorRequest.Disks disks = request.disks();
    return targetLength(disks, file, view)
        .or(
            () ->
                disks
                    .replacing()
                    .replaces()
                    .flatMap(replaced -> different(disks.source(), replaced, view)));
  }

  private static Optional<Rejection> targetLength(
      MirrorRequest.Disks disks, Optional<TargetFiles.Known> file, BlockGraph.View view) {
    if (file.isEmpty()) {
      return different(disks.source(), disks.target(), view);
    }
    long source = view.disk(disks.source()).sizeBytes();
    long target = file.get().sizeBytes().orElse(source);
    return source == target
        ? Optional.empty()
        : Optional.of(new Rejection.SizeMismatch(disks.source(), source, disks.target(), target));
  }

  static Optional<Rejection> different(NodeName first, NodeName second, BlockGraph.View view) {
    long firstBytes = view.disk(first).sizeBytes();
    long secondBytes = view.disk(second).sizeBytes();
    return firstBytes == secondBytes
        ? Optional.empty()
        : Optional.of(new Rejection.SizeMismatch(first, firstBytes, second, secondBytes));
  }

  // ---- what is filled in

  private MirrorPlan plan(
      MirrorRequest request, Optional<TargetFiles.Known> file, BlockGraph.View view) {
    MirrorRequest.Disks disks = request.disks();
    Topology graph = view.state().topology();
    NodeName filter = request.filter().orElseGet(() -> freeName(request.id(), graph));
    TargetFacts target =
        file.map(TargetFiles.Known::facts)
            .orElseGet(() -> TargetFacts.of(disks.target(), view, rules));
    return new MirrorPlan(
        request,
        new MirrorEdits(request.id(), filter, disks),
        copied(disks, graph),
        measures(request, view.disk(disks.source()).sizeBytes(), target),
        target,
        new Walks(graph, rules).skipFilters(disks.source()));
  }

  private static MirrorPlan.Measures measures(
      MirrorRequest request, long sizeBytes, TargetFacts target) {
    long granularity = request.copying().granularityBytes().orElse(0);
    long finest = granularity == 0 ? automatic(target) : granularity;
    long buffer = request.copying().bufferBytes();
    long whole = Math.ceilDiv(buffer == 0 ? DEFAULT_BUFFER_BYTES : buffer, finest) * finest;
    return new MirrorPlan.Measures(sizeBytes, finest, whole);
  }

  /// The target's cluster size within 4 to 64 KiB; 64 KiB when it has none.
  private static long automatic(TargetFacts target) {
    return Math.clamp(
        target.clusterBytes().orElse(AUTO_MAX_GRANULARITY),
        AUTO_MIN_GRANULARITY,
        AUTO_MAX_GRANULARITY);
  }

  private static NodeName freeName(JobId job, Topology graph) {
    String stem = job.value().substring(0, Math.min(job.value().length(), 50)) + ".filter";
    return Stream.iterate(0, i -> i + 1)
        .map(i -> new NodeName(i == 0 ? stem : stem + i))
        .filter(name -> graph.node(name).isEmpty())
        .filter(name -> graph.users().stream().noneMatch(u -> u.id().value().equals(name.value())))
        .findFirst()
        .orElseThrow();
  }
}
