package io.blockgraph.store;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Nodes and users as JSON rows. The form is our own and private to the store; it may gain members,
/// and lose none.
final class SpecJson {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_LONG_FOR_INTS).build();

  private SpecJson() {}

  private record NodeRow(
      String name,
      String driver,
      NodeSpec.Access access,
      NodeSpec.Origin origin,
      Map<String, Object> options,
      List<ChildRow> children) {}

  private record ChildRow(String name, int roles, String node) {}

  private record UserRow(
      String id, User.Kind kind, List<UserEdgeRow> edges, Map<String, Object> options) {}

  private record UserEdgeRow(String name, String node, int taken, int shared, User.OnSwap onSwap) {}

  static String of(NodeSpec node) {
    return JSON.writeValueAsString(
        new NodeRow(
            node.name().value(),
            node.driver().value(),
            node.access(),
            node.origin(),
            node.options().values(),
            node.children().stream()
                .map(c -> new ChildRow(c.name().value(), c.roles().bits(), c.node().value()))
                .toList()));
  }

  static NodeSpec node(String json) {
    NodeRow row = JSON.readValue(json, NodeRow.class);
    return new NodeSpec(
        new NodeName(row.name()),
        new DriverName(row.driver()),
        row.access(),
        row.origin(),
        new Options(row.options()),
        row.children().stream()
            .map(
                c ->
                    new ChildSpec(
                        new ChildName(c.name()), new Roles(c.roles()), new NodeName(c.node())))
            .toList());
  }

  static String of(User user) {
    return JSON.writeValueAsString(
        new UserRow(
            user.id().value(),
            user.kind(),
            user.edges().stream().map(SpecJson::row).toList(),
            user.options().values()));
  }

  private static UserEdgeRow row(User.UserEdge edge) {
    return new UserEdgeRow(
        edge.name().value(),
        edge.node().value(),
        edge.grant().taken().bits(),
        edge.grant().shared().bits(),
        edge.onSwap());
  }

  static User user(String json) {
    UserRow row = JSON.readValue(json, UserRow.class);
    return new User(
        new UserId(row.id()),
        row.kind(),
        row.edges().stream().map(SpecJson::edge).toList(),
        new Options(row.options()));
  }

  private static User.UserEdge edge(UserEdgeRow row) {
    return new User.UserEdge(
        new ChildName(row.name()),
        new NodeName(row.node()),
        new Grant(new Permissions(row.taken()), new Permissions(row.shared())),
        row.onSwap());
  }

  static String of(Map<String, Object> plain) {
    return JSON.writeValueAsString(plain);
  }

  static Map<String, Object> map(String json) {
    return JSON.readValue(json, new TypeReference<Map<String, Object>>() {});
  }
}
