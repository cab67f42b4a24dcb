package io.blockgraph.job.stream;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.ChainRules;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
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
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What makes a request to stream a job, or what stands against it. Reads the graph and changes
/// nothing; any thread.
public final class StreamJobs implements ChainJobs.Kind<StreamRequest> {
  /// The type of these jobs, as it is shown.
  public static final String TYPE = "stream";

  private final RuleBook rules;

  private StreamJobs(RuleBook rules) {
    this.rules = rules;
  }

  /// Stream jobs in `graph`.
  public static ChainJobs<StreamRequest> in(BlockGraph graph, Jobs jobs) {
    return new ChainJobs<>(graph, jobs, new StreamJobs(graph.drivers()), ChainLimits.DEFAULT);
  }

  @Override
  public JobId id(StreamRequest request) {
    return request.id();
  }

  @Override
  public Optional<JobRejection> objection(StreamRequest request) {
    if (request.speed() < 0) {
      return Optional.of(
          new JobRejection.InvalidParameter(
              "speed", request.speed() + " is negative; 0 means no limit"));
    }
    boolean named = request.chain().backingFile().isPresent();
    return named && request.chain().end() instanceof StreamRequest.End.Whole
        ? Optional.of(
            new JobRejection.InvalidParameter(
                "backingFile",
                "a disk that is streamed as a whole has no backing disk in the end to be named"))
        : Optional.empty();
  }

  @Override
  public Result<ChainPlan> plan(StreamRequest request, BlockGraph.View view) {
    Topology graph = view.state().topology();
    ChainRules chain = new ChainRules(graph, rules);
    return switch (span(request.chain(), chain)) {
      case Ruling.Refused<ChainRules.Span>(Refusal refusal) -> refused(refusal);
      case Ruling.Allowed<ChainRules.Span>(ChainRules.Span span) ->
          unfit(graph.node(span.disk()).orElseThrow())
              .or(() -> chain.objection(span))
              .<Result<ChainPlan>>map(StreamJobs::refused)
              .orElseGet(() -> new Result.Done<>(plan(request, span, view)));
    };
  }

  private static Ruling<ChainRules.Span> span(StreamRequest.Chain chain, ChainRules rules) {
    return switch (chain.end()) {
      case StreamRequest.End.Whole() -> rules.whole(chain.node());
      case StreamRequest.End.Above(NodeName base) -> rules.above(chain.node(), base);
      case StreamRequest.End.DownTo(NodeName bottom) -> rules.downTo(chain.node(), bottom);
    };
  }

  private Optional<Refusal> unfit(NodeSpec disk) {
    return rules.rulesOf(disk.driver()).orElseThrow().supportsBacking()
        ? Optional.empty()
        : Optional.of(new Refusal.BackingUnsupported(disk.name(), disk.driver()));
  }

  private ChainPlan plan(StreamRequest request, ChainRules.Span span, BlockGraph.View view) {
    Topology graph = view.state().topology();
    NodeName filter = request.filter().orElseGet(() -> ChainPlan.filterOf(request.id(), graph));
    return new StreamPlan(
        request,
        new StreamEdits(request.id(), filter, span, LentAccess.of(graph, List.of(span.disk()))),
        layers(span, view),
        view.disk(span.disk()).sizeBytes());
  }

  /// The first layer is the disk itself, and holds what it holds.
  private ChainLayers layers(ChainRules.Span span, BlockGraph.View view) {
    Walks walks = new Walks(view.state().topology(), rules);
    long shortest =
        Stream.concat(Stream.of(span.disk()), span.below().stream())
            .filter(node -> !walks.isFilter(node))
            .mapToLong(node -> view.disk(node).sizeBytes())
            .min()
            .orElseThrow();
    boolean based = new ChainRules(view.state().topology(), rules).base(span).isPresent();
    return new ChainLayers(
        1, span.layers(), shortest, based ? ChainLayers.Under.DATA : ChainLayers.Under.NOTHING);
  }

  private static Result<ChainPlan> refused(Refusal refusal) {
    return new Result.Rejected<>(new Rejection.RuleBroken(refusal));
  }
}
