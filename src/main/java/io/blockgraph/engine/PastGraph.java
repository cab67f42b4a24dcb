package io.blockgraph.engine;

import io.blockgraph.graph.Busy;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.Outcome;
import io.blockgraph.graph.Planner;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import java.util.ArrayList;
import java.util.List;

/// The graph of an earlier revision, planned anew from what is remembered of it.
public final class PastGraph {
  private PastGraph() {}

  /// The graph, or why today's rules do not let it be.
  public static Outcome plan(GraphHistory.Past past, Planner planner) {
    List<GraphEdit> edits = new ArrayList<>();
    past.nodes().forEach(node -> edits.add(new GraphEdit.AddNode(node)));
    past.users().forEach(user -> edits.add(new GraphEdit.AddUser(user)));
    past.users().stream()
        .filter(user -> user.kind() == User.Kind.REPLICATION)
        .forEach(user -> edits.addAll(Busy.freezes(user, past.nodes())));
    return planner.plan(Topology.EMPTY, edits);
  }
}
