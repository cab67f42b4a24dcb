package io.blockgraph.job.commit;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.ChainRules;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Ruling;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.Walks;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.Jobs;
import io.blockgraph.job.copy.ChainJobs;
import io.blockgraph.job.copy.ChainLayers;
import io.blockgraph.job.copy.ChainLimits;
import io.blockgraph.job.copy.ChainPlan;
import io.blockgraph.job.copy.LentAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What makes a request to commit a job, or what stands against it. Reads the graph and changes
/// nothing; any thread.
public final class CommitJobs implements ChainJobs.Kind<CommitRequest> {
  /// The type of these jobs, as it is shown.
  public static final String TYPE = "commit";

  private final RuleBook rules;

  private CommitJobs(RuleBook rules) {
    this.rules = rules;
  }

  /// Commit jobs in `graph`.
  public static ChainJobs<CommitRequest> in(BlockGraph graph, Jobs jobs) {
    return new ChainJobs<>(graph, jobs, new CommitJobs(graph.drivers()), ChainLimits.DEFAULT);
  }

  @Override
  public JobId id(CommitRequest request) {
    return request.id();
  }

  @Override
  public Optional<JobRejection> objection(CommitRequest request) {
    return request.speed() < 0
        ? Optional.of(
            new JobRejection.InvalidParameter(
                "speed", request.speed() + " is negative; 0 means no limit"))
        : Optional.empty();
  }

  @Override
  public Result<ChainPlan> plan(CommitRequest request, BlockGraph.View view) {
    ChainRules chain = new ChainRules(view.state().topology(), rules);
    return switch (span(request.chain(), chain, view.state().topology())) {
      case Ruling.Refused<ChainRules.Span>(Refusal refusal) -> refused(refusal);
      case Ruling.Allowed<ChainRules.Span>(ChainRules.Span span) ->
          chain
              .objection(span)
              .or(() -> chain.writingObjection(span))
              .<Rejection>map(Rejection.RuleBroken::new)
              .or(() -> lengths(span, view))
              .<Result<ChainPlan>>map(Result.Rejected::new)
              .orElseGet(() -> new Result.Done<>(plan(request, span, view)));
    };
  }

  private Ruling<ChainRules.Span> span(
      CommitRequest.Chain chain, ChainRules rulesOfChain, Topology graph) {
    if (graph.node(chain.top()).isEmpty()) {
      return new Ruling.Refused<>(new Refusal.NodeNotFound(chain.top()));
    }
    NodeName base =
        chain.base().orElseGet(() -> new Walks(graph, rules).backingChain(chain.top()).getLast());
    return rulesOfChain.downTo(chain.top(), base);
  }

  /// A base that is longer would show more than the top did.
  private static Optional<Rejection> lengths(ChainRules.Span span, BlockGraph.View view) {
    long top = view.disk(span.disk()).sizeBytes();
    BlockIo disk = view.disk(span.bottom());
    long base = disk.sizeBytes();
    if (base > top) {
      return Optional.of(new Rejection.SizeMismatch(span.disk(), top, span.bottom(), base));
    }
    return base < top ? growing(span.bottom(), disk, top) : Optional.empty();
  }

  private static Optional<Rejection> growing(NodeName base, BlockIo disk, long bytes) {
    if (!(disk instanceof Resizable resizable)) {
      return Optional.of(
          new Rejection.ResizeUnsupported(base, "its driver cannot change the length"));
    }
    try {
      long length = resizable.lengthFor(bytes);
      return length == bytes
          ? Optional.empty()
          : Optional.of(new Rejection.SizeMismatch(base, length, base, bytes));
    } catch (BlockException e) {
      return Optional.of(new Rejection.ResizeUnsupported(base, String.valueOf(e.getMessage())));
    }
  }

  private ChainPlan plan(CommitRequest request, ChainRules.Span span, BlockGraph.View view) {
    Topology graph = view.state().topology();
    NodeName filter = request.filter().orElseGet(() -> ChainPlan.filterOf(request.id(), graph));
    long size = view.disk(span.disk()).sizeBytes();
    CommitEdits.Growing growing =
        view.disk(span.bottom()).sizeBytes() < size
            ? CommitEdits.Growing.YES
            : CommitEdits.Growing.NO;
    LentAccess none = new LentAccess(List.of());
    List<NodeName> written = new ArrayList<>(List.of(span.bottom()));
    written.addAll(
        new CommitEdits(request.id(), filter, span, none, growing).overlays(graph, span.disk()));
    CommitEdits edits =
        new CommitEdits(request.id(), filter, span, LentAccess.of(graph, written), growing);
    Optional<ActiveEdits> active =
        edits.overlays(graph, span.disk()).isEmpty()
            ? Optional.of(new ActiveEdits(edits, gap(request.id(), graph)))
            : Optional.empty();
    return new CommitPlan(request, edits, active, layers(span, view), size);
  }

  private static NodeName gap(JobId job, Topology graph) {
    String stem = job.value().substring(0, Math.min(job.value().length(), 50));
    return new NodeName(graph.freeName(stem + ".gap"));
  }

  /// Everything above the base; the base itself is not copied.
  private ChainLayers layers(ChainRules.Span span, BlockGraph.View view) {
    Walks walks = new Walks(view.state().topology(), rules);
    long shortest =
        Stream.concat(Stream.of(span.disk()), span.below().stream())
            .filter(node -> !walks.isFilter(node))
            .filter(node -> !node.equals(span.bottom()))
            .mapToLong(node -> view.disk(node).sizeBytes())
            .min()
            .orElseThrow();
    return new ChainLayers(0, span.layers() - 1, shortest, ChainLayers.Under.DATA);
  }

  private static Result<ChainPlan> refused(Refusal refusal) {
    return new Result.Rejected<>(new Rejection.RuleBroken(refusal));
  }
}
