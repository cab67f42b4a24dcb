package io.blockgraph.rest;

import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.engine.GraphState;
import io.blockgraph.graph.Topology;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// An earlier graph as a wanted one.
final class Revert {
  private final GraphState past;
  private final DriverRegistry drivers;

  Revert(GraphState past, DriverRegistry drivers) {
    this.past = past;
    this.drivers = drivers;
  }

  /// The graph that is wanted: all else goes.
  DesiredBody body() {
    GraphBody body = new GraphBody(past.topology(), drivers);
    return DesiredBody.read(
        Map.of("nodes", body.nodes(), "throttleGroups", body.groups(), "exports", body.exports()),
        DesiredBody.Rest.GOES_WITH_OPTIONS);
  }

  /// What of the earlier graph is not in `now`, the graph that it came to.
  List<String> warnings(Topology now) {
    List<String> warnings = new ArrayList<>();
    past.topology().users().stream()
        .filter(user -> user.kind().owns())
        .filter(user -> now.user(user.id()).isEmpty())
        .forEach(
            user ->
                warnings.add(
                    "%s '%s' was under way at revision %d and is not begun again"
                        .formatted(user.kind().word(), user.id(), past.revision())));
    GraphBody was = new GraphBody(past.topology(), drivers);
    GraphBody is = new GraphBody(now, drivers);
    warnings.addAll(different("node", was.nodes(), is.nodes()));
    warnings.addAll(different("throttle group", was.groups(), is.groups()));
    warnings.addAll(different("export", was.exports(), is.exports()));
    return warnings;
  }

  private static List<String> different(
      String kind,
      List<Map<String, @Nullable Object>> was,
      List<Map<String, @Nullable Object>> is) {
    Map<String, Map<String, @Nullable Object>> now = byName(is);
    List<String> different = new ArrayList<>();
    byName(was)
        .forEach(
            (name, one) -> {
              if (!JsonValues.same(one, now.get(name))) {
                different.add(kind + " '" + name + "' is not quite as it was");
              }
            });
    return different;
  }

  private static Map<String, Map<String, @Nullable Object>> byName(
      List<Map<String, @Nullable Object>> all) {
    Map<String, Map<String, @Nullable Object>> byName = new LinkedHashMap<>();
    all.forEach(
        one -> byName.put(String.valueOf(one.getOrDefault("nodeName", one.get("id"))), one));
    return byName;
  }
}
