package io.blockgraph.rest;

import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Topology;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where edges lead while the way to a wanted graph is looked for: at first as they do, then as the
/// requests found so far would leave them. Filters of jobs are looked through. One use, one thread.
final class Places {
  private final Topology now;
  private final DriverRegistry drivers;
  private final Map<String, String> leads = new LinkedHashMap<>();

  Places(Topology now, DriverRegistry drivers) {
    this.now = now;
    this.drivers = drivers;
    for (Edge edge : now.edges()) {
      if (!isOfFilterOfJob(edge)) {
        leads.put(edge.id().value(), GraphBody.visible(now, edge.child()).value());
      }
    }
  }

  private boolean isOfFilterOfJob(Edge edge) {
    return edge.parent() instanceof Parent.OfNode(NodeName above)
        && now.node(above).orElseThrow().origin() == NodeSpec.Origin.IMPLICIT;
  }

  Optional<NodeSpec> spec(String node) {
    return NodeName.isWellFormed(node) ? now.node(new NodeName(node)) : Optional.empty();
  }

  boolean isThere(String node) {
    return spec(node).isPresent();
  }

  OptionSpec options(NodeSpec spec) {
    return drivers.find(spec.driver()).orElseThrow().options();
  }

  @Nullable String child(String edge) {
    return leads.get(edge);
  }

  /// The node below `parent` in `field`.
  Optional<String> child(NodeSpec parent, String field) {
    return Optional.ofNullable(children(options(parent)).get(field))
        .flatMap(child -> Optional.ofNullable(leads.get(parent.name() + ":" + child)));
  }

  void lead(String edge, String to) {
    leads.put(edge, to);
  }

  void cut(String edge) {
    leads.remove(edge);
  }

  /// Edges that lead to `node`.
  List<String> to(String node) {
    return leads.entrySet().stream()
        .filter(edge -> edge.getValue().equals(node))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// A node goes, with the inline nodes that only it uses.
  void remove(String node) {
    List<String> below =
        now.childrenOf(new NodeName(node)).stream().map(e -> e.id().value()).toList();
    for (String edge : below) {
      String child = leads.remove(edge);
      if (child != null
          && spec(child).filter(s -> s.origin() == NodeSpec.Origin.INLINE).isPresent()
          && to(child).isEmpty()) {
        remove(child);
      }
    }
  }

  /// The fields of a driver that name one child, and the names of these children.
  static Map<String, String> children(OptionSpec options) {
    Map<String, String> children = new LinkedHashMap<>();
    for (OptionSpec.Field field : options.fields()) {
      if (field.type() instanceof OptionSpec.Type.Child child) {
        children.put(field.name(), child.childName());
      }
    }
    return children;
  }

  /// What a filter that is there shows; empty for what is no filter.
  Optional<String> below(NodeSpec spec) {
    return drivers.find(spec.driver()).flatMap(FilterBody::filtered).flatMap(f -> child(spec, f));
  }

  /// The field of a wanted filter for what it shows.
  Optional<String> shown(DesiredBody.Wanted node) {
    return node.body().get("driver") instanceof String driver
        ? drivers.find(new DriverName(driver)).flatMap(FilterBody::filtered)
        : Optional.empty();
  }

  /// The node that a wanted filter shows.
  Optional<String> shownNode(DesiredBody.Wanted node) {
    return shown(node)
        .map(field -> node.body().get(field))
        .filter(String.class::isInstance)
        .map(String.class::cast);
  }
}
