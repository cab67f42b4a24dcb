package io.blockgraph.engine;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.GraphDiff;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Turns a committed change into an event.
final class GraphNews {
  private GraphNews() {}

  /// Tells of a lasting change as `graph-changed`; users that come and go are not told of.
  static void tell(EventLog events, Change change, Committed committed) {
    if (change.lasting() == Change.Lasting.TRANSIENT) {
      return;
    }
    GraphDiff diff = committed.diff();
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("what", change.what());
    data.put("nodesAdded", diff.nodesAdded().stream().map(n -> n.name().value()).toList());
    data.put("nodesRemoved", diff.nodesRemoved().stream().map(n -> n.name().value()).toList());
    data.put("nodesChanged", diff.nodesChanged().stream().map(n -> n.name().value()).toList());
    data.put("edgesAdded", ids(diff.edgesAdded()));
    data.put("edgesRemoved", ids(diff.edgesRemoved()));
    data.put(
        "edgesChanged",
        ids(diff.edgesChanged().stream().map(GraphDiff.EdgeChange::after).toList()));
    events.tellRevision(committed.after().revision(), "graph-changed", data);
  }

  private static List<String> ids(List<Edge> edges) {
    return edges.stream().map(edge -> edge.id().value()).toList();
  }
}
