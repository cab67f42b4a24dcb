package io.blockgraph.job.mirror;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.LoopRules;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.ReplaceRules;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.Walks;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
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

  /// The request made ready, or what stands against it.
  JobResult<MirrorPlan> check(MirrorRequest request, BlockGraph.View view) {
    Topology graph = view.state().topology();
    Optional<JobRejection> objection =
        numbers(request)
            .or(() -> rules(request, graph).map(MirrorChecks::broken))
            .or(() -> partialData(request))
            .or(() -> lengths(request, view).map(JobRejection.Graph::new));
    return objection
        .<JobResult<MirrorPlan>>map(JobResult.Rejected::new)
        .orElseGet(() -> new JobResult.Done<>(plan(request, view)));
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
    return Stream.concat(
            Stream.of(disks.source(), disks.target()), disks.replacing().replaces().stream())
        .map(node -> Busy.objection(graph, node))
        .flatMap(Optional::stream)
        .findFirst()
        .or(() -> new LoopRules(graph, rules).selfMirror(disks.source(), disks.target()))
        .or(() -> replacing(disks, graph, Set.of()));
  }

  /// Whether the swap that was asked for is allowed and would do what was asked, in this graph.
  Optional<Refusal> replacing(MirrorRequest.Disks disks, Topology graph, Set<EdgeId> own) {
    NodeName replaced = disks.replacing().replaces().orElse(disks.source());
    if (replaced.equals(disks.source())) {
      return graph.node(replaced).isEmpty()
          ? Optional.of(new Refusal.NodeNotFound(replaced))
          : Optional.empty();
    }
    ReplaceRules.Request wish =
        new ReplaceRules.Request(disks.source(), replaced, disks.replacing().otherParents(), own);
    LoopRules.Swap swap =
        new LoopRules.Swap(
            disks.source(), replaced, disks.target(), new LoopRules.BackingAfter.Unchanged(), own);
    return new ReplaceRules(graph, rules)
        .objection(wish)
        .or(() -> new LoopRules(graph, rules).objection(swap));
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

  private static Optional<Rejection> lengths(MirrorRequest request, BlockGraph.View view) {
    MirrorRequest.Disks disks = request.disks();
    return different(disks.source(), disks.target(), view)
        .or(
            () ->
                disks
                    .replacing()
                    .replaces()
                    .flatMap(replaced -> different(disks.source(), replaced, view)));
  }

  static Optional<Rejection> different(NodeName first, NodeName second, BlockGraph.View view) {
    long firstBytes = view.disk(first).sizeBytes();
    long secondBytes = view.disk(second).sizeBytes();
    return firstBytes == secondBytes
        ? Optional.empty()
        : Optional.of(new Rejection.SizeMismatch(first, firstBytes, second, secondBytes));
  }

  // ---- what is filled in

  private MirrorPlan plan(MirrorRequest request, BlockGraph.View view) {
    MirrorRequest.Disks disks = request.disks();
    GraphState state = view.state();
    NodeName filter = request.filter().orElseGet(() -> freeName(request.id(), state.topology()));
    boolean whole =
        disks.sync() == SyncMode.TOP
            && new Walks(state.topology(), rules).backing(disks.source()).isEmpty();
    TargetFacts target = TargetFacts.of(disks.target(), view, rules);
    return new MirrorPlan(
        request,
        new MirrorEdits(request.id(), filter, disks),
        whole ? SyncMode.FULL : disks.sync(),
        measures(request, view.disk(disks.source()).sizeBytes(), target),
        target);
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
