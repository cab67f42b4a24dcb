package io.blockgraph.rest;

import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The requests that make a graph what it is wanted to be, in an order in which each can be made:
/// groups that come, exports that go, filters that go, nodes that nobody needs any more, nodes that
/// come (filters right under whom they are for), what changes in nodes, exports that come, the
/// other nodes that go, groups that go. None for what is as it is wanted.
///
/// Where edges lead is followed in memory while requests are found. One use, one thread.
final class DesiredGraph {
  private final Topology now;
  private final Places places;
  private final DesiredBody wanted;
  private final DesiredUsers users;
  private final Map<String, DesiredBody.Wanted> nodes;
  private final Map<String, String> wishes = new LinkedHashMap<>();
  private final Set<String> gone = new LinkedHashSet<>();
  private final List<Step> steps = new ArrayList<>();

  /// A request.
  ///
  /// @param pointers the places of the wanted graph that ask for it, in the order of the `nodes` of
  ///   its body where there are several; empty when it is that something is not mentioned
  record Step(List<String> pointers, ActionList.Item item) {
    static Step of(String pointer, String method, String path, @Nullable Object body) {
      return new Step(List.of(pointer), new ActionList.Item(method, path, body));
    }

    static Step unmentioned(String path) {
      return new Step(List.of(), new ActionList.Item("DELETE", path, null));
    }
  }

  /// The way from `now` to `wanted`.
  DesiredGraph(Topology now, DriverRegistry drivers, DesiredBody wanted) {
    this.now = now;
    this.places = new Places(now, drivers);
    this.wanted = wanted.flattened(this::inline);
    this.nodes = DesiredBody.all(this.wanted.nodes());
    this.users = new DesiredUsers(new GraphBody(now, drivers), this.wanted, steps);
  }

  /// An inline node is there when one of its name is, or when it has none and its place is taken.
  private Optional<String> inline(String parent, String field, Map<?, ?> given) {
    if (given.get("nodeName") instanceof String name) {
      return places.isThere(name) ? Optional.of(name) : Optional.empty();
    }
    return places
        .spec(parent)
        .flatMap(spec -> places.child(spec, field))
        .filter(
            child ->
                places.spec(child).orElseThrow().origin() == NodeSpec.Origin.INLINE
                    && !given.containsKey("nodeName"));
  }

  /// The requests; none when everything is as it is wanted.
  ///
  /// @throws ProblemException when no requests lead there, with a pointer into the wanted graph
  List<Step> steps() {
    nodes.values().forEach(this::noteWishes);
    DesiredBody.all(wanted.exports()).values().forEach(this::noteWish);
    users.makeGroups();
    users.endExports().forEach(export -> places.cut(export + ":root"));
    takeFiltersOut();
    removeUnused();
    DesiredChanges changes = new DesiredChanges(places, wanted, steps);
    List<DesiredBody.Wanted> coming = childrenFirst();
    if (!coming.isEmpty()) {
      changes.open(nodes.values());
    }
    coming.forEach(this::addNode);
    changes.change(nodes.values());
    users.makeExports(places);
    removeNodes();
    users.removeGroups();
    return steps;
  }

  /// Where the edges of nodes that are there are to lead.
  private void noteWishes(DesiredBody.Wanted node) {
    places
        .spec(node.name())
        .ifPresent(
            spec ->
                Places.children(places.options(spec))
                    .forEach(
                        (field, child) -> {
                          if (node.body().get(field) instanceof String to) {
                            wishes.put(spec.name() + ":" + child, to);
                          }
                        }));
  }

  private void noteWish(DesiredBody.Wanted export) {
    if (export.body().get("nodeName") instanceof String to) {
      wishes.put(export.name() + ":root", to);
    }
  }

  /// New nodes behind those that they name.
  private List<DesiredBody.Wanted> childrenFirst() {
    Map<String, DesiredBody.Wanted> open = new LinkedHashMap<>();
    nodes.values().stream()
        .filter(node -> !places.isThere(node.name()))
        .forEach(node -> open.put(node.name(), node));
    List<DesiredBody.Wanted> order = new ArrayList<>();
    while (!open.isEmpty()) {
      Set<String> names = namesWithin(open.values());
      List<DesiredBody.Wanted> ready =
          open.values().stream().filter(node -> !node.namesOneOf(outside(node, names))).toList();
      // Nodes that name each other come in the order given: the first one is refused.
      List<DesiredBody.Wanted> next = ready.isEmpty() ? List.copyOf(open.values()) : ready;
      order.addAll(next);
      next.forEach(node -> open.remove(node.name()));
    }
    return order;
  }

  /// The names of nodes and of those inline in them.
  private static Set<String> namesWithin(Iterable<DesiredBody.Wanted> nodes) {
    Set<String> names = new TreeSet<>();
    nodes.forEach(node -> gather(node.body(), names));
    return names;
  }

  private static void gather(@Nullable Object value, Set<String> names) {
    switch (value) {
      case Map<?, ?> map -> {
        if (map.get("nodeName") instanceof String name) {
          names.add(name);
        }
        map.values().forEach(inner -> gather(inner, names));
      }
      case List<?> list -> list.forEach(inner -> gather(inner, names));
      case null, default -> {}
    }
  }

  private static Set<String> outside(DesiredBody.Wanted node, Set<String> names) {
    Set<String> others = new TreeSet<>(names);
    others.removeAll(namesWithin(List.of(node)));
    return others;
  }

  private void addNode(DesiredBody.Wanted node) {
    String below = places.shownNode(node).orElse("");
    List<String> edges = below.isEmpty() ? List.of() : edgesFor(node.name(), below);
    if (edges.isEmpty()) {
      steps.add(Step.of(node.pointer(), "POST", "/nodes", node.body()));
      return;
    }
    Map<String, @Nullable Object> body = new LinkedHashMap<>(node.body());
    body.remove(places.shown(node).orElseThrow());
    body.put(FilterBody.EDGES, edges);
    steps.add(Step.of(node.pointer(), "POST", "/nodes/" + below + "/filters", body));
    edges.forEach(edge -> places.lead(edge, node.name()));
  }

  /// The edges that lead to `below` and are to come through `filter`.
  private List<String> edgesFor(String filter, String below) {
    return places.to(below).stream()
        .filter(edge -> comesThrough(wishes.get(edge), filter))
        .toList();
  }

  /// Whether `filter` is `node`, or lies below it with nothing but new filters between.
  private boolean comesThrough(@Nullable String node, String filter) {
    Set<String> seen = new LinkedHashSet<>();
    String at = node;
    while (at != null && !at.equals(filter)) {
      DesiredBody.Wanted wish = nodes.get(at);
      at =
          wish != null && !places.isThere(at) && seen.add(at)
              ? places.shownNode(wish).orElse(null)
              : null;
    }
    return at != null;
  }

  /// Filters that are not wanted any more and whose users all want what is below them.
  private void takeFiltersOut() {
    boolean more = wanted.prunesNodes();
    while (more) {
      more = false;
      for (NodeSpec spec : now.nodes()) {
        more |= isUnwanted(spec) && takeOut(spec);
      }
    }
  }

  private boolean takeOut(NodeSpec spec) {
    String filter = spec.name().value();
    Optional<String> below = places.below(spec);
    List<String> above = places.to(filter);
    if (below.isEmpty()
        || above.isEmpty()
        || !above.stream().allMatch(edge -> wantsBelow(edge, below.get()))) {
      return false;
    }
    steps.add(Step.unmentioned("/nodes/" + below.get() + "/filters/" + filter));
    above.forEach(edge -> places.lead(edge, below.get()));
    places.remove(filter);
    gone.add(filter);
    return true;
  }

  /// Whether an edge is to lead to `node` in the end, or through more filters that are not wanted.
  private boolean wantsBelow(String edge, String node) {
    String wish = wishes.get(edge);
    if (wish == null) {
      return false;
    }
    String base = comesDownTo(wish);
    Optional<String> at = Optional.of(node);
    while (at.isPresent() && !at.get().equals(base)) {
      at = at.flatMap(places::spec).filter(this::isUnwanted).flatMap(places::below);
    }
    return at.isPresent();
  }

  /// The first node that is there, through new filters.
  private String comesDownTo(String node) {
    String at = node;
    for (int i = 0; i <= nodes.size() && !places.isThere(at); i++) {
      DesiredBody.Wanted wish = nodes.get(at);
      at = wish == null ? at : places.shownNode(wish).orElse(at);
    }
    return at;
  }

  private boolean isUnwanted(NodeSpec spec) {
    String name = spec.name().value();
    return wanted.prunesNodes()
        && spec.origin() == NodeSpec.Origin.NAMED
        && !nodes.containsKey(name)
        && !gone.contains(name);
  }

  /// Nodes that are not wanted any more and that nobody uses by now, parents first.
  private void removeUnused() {
    boolean more = true;
    while (more) {
      more = false;
      for (NodeSpec spec : now.nodes()) {
        if (isUnwanted(spec) && places.to(spec.name().value()).isEmpty()) {
          remove(spec);
          more = true;
        }
      }
    }
  }

  private void remove(NodeSpec spec) {
    String name = spec.name().value();
    steps.add(Step.unmentioned("/nodes/" + name));
    places.remove(name);
    gone.add(name);
  }

  /// What is still used is refused, with whom it is used by.
  private void removeNodes() {
    removeUnused();
    now.nodes().stream().filter(this::isUnwanted).forEach(this::remove);
  }
}
