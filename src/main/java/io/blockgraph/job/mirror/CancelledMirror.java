package io.blockgraph.job.mirror;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.JobId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The graph that a mirror job leaves when it is cancelled: everybody uses the source as before.
/// For trials only; a job that runs ends by its own hand.
///
/// @param job refused with `UserNotFound` when it is not in the graph
public record CancelledMirror(JobId job) implements Operation {
  @Override
  public Result<Change> on(BlockGraph.View view) {
    Topology now = view.state().topology();
    Optional<NodeSpec> filter = now.nodes().stream().filter(this::isOfJob).findFirst();
    Optional<ChildSpec> shown = filter.flatMap(node -> node.child(ChildName.FILE));
    if (shown.isEmpty()) {
      return new Result.Rejected<>(new Rejection.RuleBroken(new Refusal.UserNotFound(job.user())));
    }
    List<GraphEdit> edits =
        List.of(
            new GraphEdit.RemoveUser(job.user()),
            new GraphEdit.MoveParents(filter.get().name(), shown.get().node(), Set.of()),
            new GraphEdit.RemoveNode(filter.get().name()));
    return new Result.Done<>(Change.of("job '" + job + "' is cancelled", edits));
  }

  private boolean isOfJob(NodeSpec node) {
    return node.driver().equals(MirrorTop.NAME)
        && node.options().text(MirrorTop.JOB).equals(Optional.of(job.value()));
  }
}
