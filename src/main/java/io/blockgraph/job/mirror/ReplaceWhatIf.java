package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Outcome;
import io.blockgraph.graph.Planner;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.ReplaceRules;
import io.blockgraph.graph.RuleBook;
import io.blockgraph.graph.Ruling;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Which nodes a mirror could replace, asked before there is a mirror: the checks of its start, on
/// the graph as it is. Touches nothing; any thread.
///
/// Where no target is named, one is thought of: a disk that nobody uses, as long as the source. So
/// what is answered is what [MirrorJobs#start] would answer, but for the job's id.
public final class ReplaceWhatIf {
  /// The job that would ask; it appears in refusals.
  public static final String JOB = "new-job";

  /// The filter it would have.
  public static final String FILTER = JOB + ".filter";

  private final RuleBook rules;
  private final Planner planner;

  /// Questions about `graph`.
  public ReplaceWhatIf(BlockGraph graph) {
    this.rules = graph.drivers();
    this.planner = graph.planner();
  }

  /// What shall be copied, and who else may use a node that is replaced.
  public record Copy(NodeName source, ReplaceRules.OtherParents others) {}

  /// The way from the source to `replaced` by which it may be replaced by a new disk, or what a
  /// mirror would be refused with.
  public JobResult<List<ReplaceRules.Step>> byNewDisk(
      Copy copy, NodeName replaced, BlockGraph.View view) {
    return byNewDisk(copy, List.of(replaced), view).getFirst();
  }

  /// The same for several nodes, in their order.
  public List<JobResult<List<ReplaceRules.Step>>> byNewDisk(
      Copy copy, List<NodeName> replaced, BlockGraph.View view) {
    NewDisk disk = NewDisk.in(view.state().topology(), planner, rules);
    MirrorChecks checks = new MirrorChecks(disk.rules());
    MirrorRequest simple = request(copy, disk.name(), copy.source(), disk.graph());
    Optional<JobRejection> joining = joining(simple, disk);
    return replaced.stream()
        .map(
            node ->
                checks
                    .rules(request(copy, disk.name(), node, disk.graph()), disk.graph())
                    .<JobRejection>map(ReplaceWhatIf::broken)
                    .or(() -> lengths(copy.source(), node, view))
                    .or(() -> joining)
                    .<JobResult<List<ReplaceRules.Step>>>map(JobResult.Rejected::new)
                    .orElseGet(() -> way(copy, node, disk.graph())))
        .toList();
  }

  /// The same by a disk that is there already.
  public JobResult<List<ReplaceRules.Step>> by(
      NodeName target, Copy copy, NodeName replaced, BlockGraph.View view) {
    Topology graph = view.state().topology();
    MirrorRequest request = request(copy, target, replaced, graph);
    return switch (checked(request, view)) {
      case JobResult.Rejected<MirrorPlan>(JobRejection reason) -> new JobResult.Rejected<>(reason);
      case JobResult.Done<MirrorPlan>(MirrorPlan plan) ->
          joining(plan.edits(), graph, planner)
              .<JobResult<List<ReplaceRules.Step>>>map(JobResult.Rejected::new)
              .orElseGet(() -> way(copy, replaced, graph));
    };
  }

  private JobResult<MirrorPlan> checked(MirrorRequest request, BlockGraph.View view) {
    try {
      return new MirrorChecks(rules).check(request, view);
    } catch (BlockException e) {
      return new JobResult.Rejected<>(broke(e));
    }
  }

  private static MirrorRequest request(
      Copy copy, NodeName target, NodeName replaced, Topology graph) {
    MirrorRequest.Replacing replacing =
        new MirrorRequest.Replacing(
            Optional.of(replaced), copy.others(), MirrorRequest.PartialData.REFUSED);
    return MirrorRequest.of(
        new JobId(graph.freeName(JOB)),
        new MirrorRequest.Disks(copy.source(), target, SyncMode.FULL, replacing));
  }

  /// What stands against the job and its filter in the graph; the same for whatever is replaced.
  private Optional<JobRejection> joining(MirrorRequest request, NewDisk disk) {
    NodeName filter = new NodeName(disk.graph().freeName(FILTER));
    MirrorEdits edits = new MirrorEdits(request.id(), filter, request.disks());
    return joining(edits, disk.graph(), planner.by(disk.rules()));
  }

  private static Optional<JobRejection> joining(
      MirrorEdits edits, Topology graph, Planner planner) {
    Optional<NodeSpec> source = graph.node(edits.disks().source());
    List<GraphEdit> insertion = source.map(edits::insert).orElseGet(List::of);
    return planner.plan(graph, insertion) instanceof Outcome.Refused(Refusal refusal)
        ? Optional.of(broken(refusal))
        : Optional.empty();
  }

  private JobResult<List<ReplaceRules.Step>> way(Copy copy, NodeName replaced, Topology graph) {
    var wish = new ReplaceRules.Request(copy.source(), replaced, copy.others(), Set.of());
    return switch (new ReplaceRules(graph, rules).cover(wish)) {
      case Ruling.Allowed<List<ReplaceRules.Step>>(List<ReplaceRules.Step> steps) ->
          new JobResult.Done<>(steps);
      case Ruling.Refused<List<ReplaceRules.Step>>(Refusal refusal) ->
          new JobResult.Rejected<>(broken(refusal));
    };
  }

  private static Optional<JobRejection> lengths(
      NodeName source, NodeName replaced, BlockGraph.View view) {
    try {
      return MirrorChecks.different(source, replaced, view).map(JobRejection.Graph::new);
    } catch (BlockException e) {
      return Optional.of(broke(e));
    }
  }

  private static JobRejection broken(Refusal refusal) {
    return new JobRejection.Graph(new Rejection.RuleBroken(refusal));
  }

  private static JobRejection broke(BlockException e) {
    return new JobRejection.Graph(new Rejection.WorldBroke(Optional.empty(), e));
  }
}
