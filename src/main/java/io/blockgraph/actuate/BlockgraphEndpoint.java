package io.blockgraph.actuate;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/// `/actuator/blockgraph`: the graph in numbers, and how each node and export is. No file of the
/// host is named: `/api/v1/nodes` tells those.
///
/// Public because Spring calls it.
@Endpoint(id = "blockgraph")
public final class BlockgraphEndpoint {
  private final GraphWatch watch;

  BlockgraphEndpoint(GraphWatch watch) {
    this.watch = watch;
  }

  /// The graph as it is shown.
  ///
  /// @param condition the worst of all nodes and exports
  /// @param nodesByDriver how many nodes each driver has
  /// @param edgesByRole how many edges have each role, `user` for those of users; an edge with
  ///   several roles counts in each
  /// @param usersByKind how many exports, jobs and commands use the graph
  /// @param trouble the nodes and exports that are degraded or failed, by what was looked at: open,
  ///   flush, image, votes, ...
  /// @param unknown those about which something is not known, likewise
  record GraphView(
      String condition,
      long revision,
      Instant checkedAt,
      Map<String, Long> nodesByDriver,
      Map<String, Long> edgesByRole,
      Map<String, Long> usersByKind,
      Map<String, List<String>> trouble,
      Map<String, List<String>> unknown,
      List<NodeView> nodes,
      List<ExportView> exports) {}

  /// A node as it is shown.
  ///
  /// @param sizeBytes its length; null when it cannot be told
  /// @param condition the worst of its checks
  /// @param reachedBy the users that reach it, when it is in trouble
  record NodeView(
      String node,
      String driver,
      @Nullable Long sizeBytes,
      String condition,
      List<Checked.View> checks,
      List<String> reachedBy) {}

  /// An export as it is shown.
  record ExportView(String export, String condition, List<Checked.View> checks) {}

  /// The whole graph.
  @ReadOperation
  public Object graph() {
    return view(watch.look());
  }

  /// One node; null, and so 404, when there is none of that name.
  @ReadOperation
  public @Nullable Object node(@Selector String node) {
    GraphWatch.Look look = watch.look();
    return look.nodes().stream()
        .filter(state -> state.spec().name().value().equals(node))
        .findFirst()
        .map(state -> view(look, state))
        .orElse(null);
  }

  private static GraphView view(GraphWatch.Look look) {
    Topology topology = look.topology();
    return new GraphView(
        look.condition().word(),
        look.glance().state().revision(),
        look.at(),
        count(topology.nodes().stream(), node -> Stream.of(node.driver().value())),
        count(topology.edges().stream(), BlockgraphEndpoint::roles),
        count(topology.users().stream(), user -> Stream.of(user.kind().word())),
        look.trouble(),
        look.unknown(),
        look.nodes().stream().map(state -> view(look, state)).toList(),
        look.exports().stream()
            .map(
                export ->
                    new ExportView(export.id(), export.condition().word(), views(export.checks())))
            .toList());
  }

  /// The words of an edge's roles; `user` where a user's edge has none.
  static Stream<String> roles(Edge edge) {
    List<Role> roles = edge.roles().toList();
    return roles.isEmpty()
        ? Stream.of("user")
        : roles.stream().map(role -> role.name().toLowerCase(Locale.ROOT));
  }

  private static <T> Map<String, Long> count(Stream<T> all, Function<T, Stream<String>> kinds) {
    return all.flatMap(kinds)
        .collect(Collectors.groupingBy(kind -> kind, TreeMap::new, Collectors.counting()));
  }

  private static NodeView view(GraphWatch.Look look, GraphWatch.NodeState state) {
    Condition condition = state.condition();
    OptionalLong size = state.sizeBytes();
    return new NodeView(
        state.spec().name().value(),
        state.spec().driver().value(),
        size.isPresent() ? size.getAsLong() : null,
        condition.word(),
        views(state.checks()),
        look.reachedWhenInTrouble(state));
  }

  private static List<Checked.View> views(List<Checked> checks) {
    return checks.stream().map(Checked::view).toList();
  }
}
