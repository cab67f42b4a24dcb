package io.blockgraph.job.copy;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Operation;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.job.JobId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The graph that a job leaves when it is cancelled: everybody uses what its filter shows, as
/// before. For trials only; a job that runs ends by its own hand.
///
/// @param job refused with `UserNotFound` when it is not in the graph
public record CancelledJob(JobId job) implements Operation {
  /// The option by which a filter names its job.
  private static final String JOB = "job";

  @Override
  public Result<Change> on(BlockGraph.View view) {
    Topology now = view.state().topology();
    Optional<User> user = now.user(job.user()).filter(u -> u.kind() == User.Kind.JOB);
    List<NodeSpec> filters = now.nodes().stream().filter(this::isOfJob).toList();
    if (user.isEmpty() || filters.isEmpty()) {
      return new Result.Rejected<>(new Rejection.RuleBroken(new Refusal.UserNotFound(job.user())));
    }
    List<GraphEdit> edits = new ArrayList<>();
    edits.add(new GraphEdit.RemoveUser(job.user()));
    for (NodeSpec filter : filters) {
      filter
          .child(ChildName.FILE)
          .ifPresent(
              shown -> edits.add(new GraphEdit.MoveParents(filter.name(), shown.node(), Set.of())));
      edits.add(new GraphEdit.RemoveNode(filter.name()));
    }
    edits.addAll(LentAccess.by(user.get()).end(now, job.user()));
    return new Result.Done<>(Change.of("job '" + job + "' is cancelled", edits));
  }

  private boolean isOfJob(NodeSpec node) {
    return node.origin() == NodeSpec.Origin.IMPLICIT
        && node.options().values().get(JOB) instanceof String name
        && name.equals(job.value());
  }
}
