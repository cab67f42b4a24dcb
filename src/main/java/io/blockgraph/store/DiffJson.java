package io.blockgraph.store;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.User;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a decided change differed in, as the history keeps it.
final class DiffJson {
  private DiffJson() {}

  static String of(GraphDiff diff) {
    Map<String, Object> plain = new LinkedHashMap<>();
    plain.put("nodesAdded", nodes(diff.nodesAdded()));
    plain.put("nodesRemoved", nodes(diff.nodesRemoved()));
    plain.put("nodesChanged", nodes(diff.nodesChanged()));
    plain.put("usersAdded", users(diff.usersAdded()));
    plain.put("usersRemoved", users(diff.usersRemoved()));
    plain.put("usersChanged", users(diff.usersChanged()));
    plain.put(
        "edgesMoved",
        diff.edgesChanged().stream()
            .filter(change -> !change.before().child().equals(change.after().child()))
            .map(DiffJson::moved)
            .toList());
    return SpecJson.of(plain);
  }

  private static List<Map<String, Object>> nodes(List<NodeSpec> nodes) {
    return nodes.stream().map(node -> SpecJson.map(SpecJson.of(node))).toList();
  }

  private static List<String> users(List<User> users) {
    return users.stream().map(user -> user.id().value()).toList();
  }

  private static Map<String, Object> moved(GraphDiff.EdgeChange change) {
    Edge after = change.after();
    return Map.of(
        "edge", after.id().value(),
        "from", change.before().child().value(),
        "to", after.child().value());
  }
}
