package io.blockgraph.rest;

import io.blockgraph.engine.Committed;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.User;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/// What a change differs in; for a dry run, what it would differ in.
///
/// @param dryRun whether nothing was done
/// @param wouldSucceed always true: a change that cannot be is answered with its problem
/// @param revision the graph's revision now
/// @param nodesAdded names of new nodes
/// @param nodesRemoved names of nodes that go
/// @param nodesChanged names of nodes with another specification
/// @param usersAdded ids of new users
/// @param usersRemoved ids of users that go
/// @param usersChanged ids of users for whom something else is remembered: throttle groups
/// @param edgesAdded new edges
/// @param edgesRemoved edges that go
/// @param edgesChanged edges that lead elsewhere or take or share something else, as they become
@Schema(name = "Diff")
public record DiffView(
    boolean dryRun,
    boolean wouldSucceed,
    long revision,
    List<String> nodesAdded,
    List<String> nodesRemoved,
    List<String> nodesChanged,
    List<String> usersAdded,
    List<String> usersRemoved,
    List<String> usersChanged,
    List<EdgeView> edgesAdded,
    List<EdgeView> edgesRemoved,
    List<EdgeView> edgesChanged)
    implements Revisioned {

  static DiffView planned(Committed change) {
    return of(change.diff(), true, change.before().revision());
  }

  static DiffView made(Committed change) {
    return of(change.diff(), false, change.after().revision());
  }

  private static DiffView of(GraphDiff diff, boolean dryRun, long revision) {
    return new DiffView(
        dryRun,
        true,
        revision,
        names(diff.nodesAdded()),
        names(diff.nodesRemoved()),
        names(diff.nodesChanged()),
        ids(diff.usersAdded()),
        ids(diff.usersRemoved()),
        ids(diff.usersChanged()),
        diff.edgesAdded().stream().map(EdgeView::of).toList(),
        diff.edgesRemoved().stream().map(EdgeView::of).toList(),
        diff.edgesChanged().stream().map(c -> EdgeView.of(c.after())).toList());
  }

  private static List<String> names(List<NodeSpec> nodes) {
    return nodes.stream().map(node -> node.name().value()).toList();
  }

  private static List<String> ids(List<User> users) {
    return users.stream().map(user -> user.id().value()).toList();
  }
}
