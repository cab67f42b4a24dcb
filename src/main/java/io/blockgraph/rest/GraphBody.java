package io.blockgraph.rest;

import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.NodeDescription;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.export.nbd.NbdExportRequest;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A graph as `PUT /graph` takes it: nodes, groups and exports as requests would make them, without
/// jobs, replications and the filters these have put in. One use, one thread.
final class GraphBody {
  private final Topology graph;
  private final DriverRegistry drivers;
  private final Set<NodeName> written = new HashSet<>();

  /// The body of `graph`.
  GraphBody(Topology graph, DriverRegistry drivers) {
    this.graph = graph;
    this.drivers = drivers;
  }

  /// The node at `name`, or below it when a job's filter is there.
  static NodeName visible(Topology graph, NodeName name) {
    NodeName at = name;
    Optional<NodeName> below = below(graph, at);
    while (below.isPresent()) {
      at = below.get();
      below = below(graph, at);
    }
    return at;
  }

  private static Optional<NodeName> below(Topology graph, NodeName name) {
    return graph
        .node(name)
        .filter(spec -> spec.origin() == NodeSpec.Origin.IMPLICIT)
        .flatMap(
            spec -> spec.children().stream().filter(c -> c.roles().has(Role.FILTERED)).findFirst())
        .map(ChildSpec::node);
  }

  /// Nodes that were named, in the order they came, with those inline below them.
  List<Map<String, @Nullable Object>> nodes() {
    List<Map<String, @Nullable Object>> nodes = new ArrayList<>();
    for (NodeSpec spec : graph.nodes()) {
      if (spec.origin() == NodeSpec.Origin.NAMED) {
        nodes.add(node(spec));
      }
    }
    // Nobody names what is left: it stays for who uses it.
    for (NodeSpec spec : graph.nodes()) {
      if (spec.origin() == NodeSpec.Origin.INLINE && !written.contains(spec.name())) {
        nodes.add(node(spec));
      }
    }
    return nodes;
  }

  private Map<String, @Nullable Object> node(NodeSpec spec) {
    written.add(spec.name());
    OptionSpec options = drivers.find(spec.driver()).orElseThrow().options();
    Map<String, @Nullable Object> body = NodeDescription.of(spec, options);
    if (!spec.active()) {
      body.put(NodeSpec.ACTIVE, false);
    }
    for (OptionSpec.Field field : options.fields()) {
      if (field.type() instanceof OptionSpec.Type.Child child) {
        spec.child(new ChildName(child.childName()))
            .ifPresent(below -> body.put(field.name(), child(below.node())));
      } else if (field.type() instanceof OptionSpec.Type.ChildList) {
        body.put(
            field.name(),
            spec.children().stream()
                .filter(below -> below.name().value().startsWith("children."))
                .map(below -> child(below.node()))
                .toList());
      }
    }
    return body;
  }

  /// A child by its name, or as a whole where it is inline and has not been written yet.
  private Object child(NodeName name) {
    NodeName seen = visible(graph, name);
    return graph
        .node(seen)
        .filter(spec -> spec.origin() == NodeSpec.Origin.INLINE && !written.contains(seen))
        .<Object>map(this::node)
        .orElse(seen.value());
  }

  /// Throttle groups.
  List<Map<String, @Nullable Object>> groups() {
    List<Map<String, @Nullable Object>> groups = new ArrayList<>();
    for (User user : graph.users()) {
      if (user.kind() == User.Kind.THROTTLE_GROUP) {
        Map<String, @Nullable Object> group = new LinkedHashMap<>();
        group.put("id", user.id().value());
        group.putAll(user.options().values());
        groups.add(group);
      }
    }
    return groups;
  }

  /// Exports.
  List<Map<String, @Nullable Object>> exports() {
    List<Map<String, @Nullable Object>> exports = new ArrayList<>();
    for (User user : graph.users()) {
      if (user.kind() == User.Kind.EXPORT) {
        NodeName node = visible(graph, user.edges().getFirst().node());
        NbdExportRequest.of(user, node).map(ExportController::body).ifPresent(exports::add);
      }
    }
    return exports;
  }
}
