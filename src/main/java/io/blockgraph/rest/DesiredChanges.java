package io.blockgraph.rest;

import io.blockgraph.driver.NodeDescription;
import io.blockgraph.driver.OptionSpec;
import io.blockgraph.graph.NodeSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the way to a wanted graph changes in nodes that are there: lists of children one by one,
/// all else as one request, so that only what all come to has to be valid. One use, one thread.
final class DesiredChanges {
  private static final String NODE_NAME = "nodeName";
  private static final String READ_ONLY = "readOnly";
  private static final String CHILDREN = "children";

  private final Places places;
  private final DesiredBody wanted;
  private final List<DesiredGraph.Step> steps;
  private final List<Patch> patches = new ArrayList<>();
  private final Set<String> opened = new HashSet<>();

  private record Patch(DesiredBody.Wanted node, Map<String, @Nullable Object> changes) {}

  /// @param steps where requests are put
  DesiredChanges(Places places, DesiredBody wanted, List<DesiredGraph.Step> steps) {
    this.places = places;
    this.wanted = wanted;
    this.steps = steps;
  }

  /// Makes those of `nodes` writable that are there and are to be: who comes may need it.
  void open(Collection<DesiredBody.Wanted> nodes) {
    List<Patch> writable = new ArrayList<>();
    for (DesiredBody.Wanted node : nodes) {
      boolean opens =
          Boolean.FALSE.equals(node.body().get(READ_ONLY))
              && places.spec(node.name()).filter(NodeSpec::readOnly).isPresent();
      if (opens && opened.add(node.name())) {
        writable.add(new Patch(node, Map.of(READ_ONLY, false)));
      }
    }
    reopenAll(writable);
  }

  /// Changes those of `nodes` that are there.
  void change(Collection<DesiredBody.Wanted> nodes) {
    for (DesiredBody.Wanted node : nodes) {
      places.spec(node.name()).ifPresent(spec -> note(node, spec));
    }
    reopenAll(patches);
    for (DesiredBody.Wanted node : nodes) {
      places.spec(node.name()).ifPresent(spec -> changeList(node, spec));
      places.spec(node.name()).ifPresent(spec -> handOver(node, spec));
    }
  }

  private void reopenAll(List<Patch> all) {
    for (int from = 0; from < all.size(); from += ReopenController.MOST) {
      reopen(all.subList(from, Math.min(all.size(), from + ReopenController.MOST)));
    }
  }

  private void reopen(List<Patch> some) {
    if (some.size() == 1) {
      DesiredBody.Wanted node = some.getFirst().node();
      steps.add(
          DesiredGraph.Step.of(
              node.pointer(), "PATCH", "/nodes/" + node.name(), some.getFirst().changes()));
      return;
    }
    List<Object> nodes = new ArrayList<>();
    for (Patch patch : some) {
      Map<String, @Nullable Object> body = new LinkedHashMap<>();
      body.put(NODE_NAME, patch.node().name());
      body.putAll(patch.changes());
      nodes.add(body);
    }
    steps.add(
        new DesiredGraph.Step(
            some.stream().map(patch -> patch.node().pointer()).toList(),
            new ActionList.Item("POST", "/nodes/reopen", Map.of("nodes", nodes))));
  }

  private void note(DesiredBody.Wanted node, NodeSpec spec) {
    OptionSpec options = places.options(spec);
    if (!spec.driver().value().equals(node.body().get("driver"))) {
      throw Answers.field(
          node.pointer() + "/driver",
          "node '" + node.name() + "' has driver '" + spec.driver() + "'; take another name");
    }
    Map<String, @Nullable Object> has = NodeDescription.of(spec, options);
    if (opened.contains(node.name())) {
      has.put(READ_ONLY, false);
    }
    for (String field : Places.children(options).keySet()) {
      places.child(spec, field).ifPresent(child -> has.put(field, child));
    }
    Map<String, @Nullable Object> patch = new LinkedHashMap<>();
    node.body()
        .forEach(
            (field, value) -> {
              if (isPatched(field) && !JsonValues.same(has.get(field), value)) {
                patch.put(field, value);
              }
            });
    if (wanted.rest() == DesiredBody.Rest.GOES_WITH_OPTIONS) {
      has.keySet().stream()
          .filter(field -> isPatched(field) && !node.body().containsKey(field))
          .forEach(field -> patch.put(field, null));
    }
    if (!patch.isEmpty()) {
      patches.add(new Patch(node, patch));
    }
  }

  private static boolean isPatched(String field) {
    return !field.equals(CHILDREN) && !field.equals(NodeSpec.ACTIVE) && !field.equals(NODE_NAME);
  }

  private void handOver(DesiredBody.Wanted node, NodeSpec spec) {
    boolean asked =
        node.body().containsKey(NodeSpec.ACTIVE)
            || wanted.rest() == DesiredBody.Rest.GOES_WITH_OPTIONS;
    Object active = node.body().getOrDefault(NodeSpec.ACTIVE, true);
    if (asked && !JsonValues.same(spec.active(), active)) {
      Map<String, @Nullable Object> body = new LinkedHashMap<>();
      body.put(NodeSpec.ACTIVE, active);
      steps.add(
          DesiredGraph.Step.of(node.pointer(), "PUT", "/nodes/" + node.name() + "/active", body));
    }
  }

  /// A list of children: who is new joins it, who is not wanted leaves it.
  private void changeList(DesiredBody.Wanted node, NodeSpec spec) {
    if (!node.body().containsKey(CHILDREN)) {
      return;
    }
    String pointer = node.pointer() + "/" + CHILDREN;
    if (!(node.body().get(CHILDREN) instanceof List<?> list)) {
      throw Answers.field(pointer, "wants a list of names of nodes");
    }
    String path = "/nodes/" + node.name() + "/" + CHILDREN;
    List<Object> coming = new ArrayList<>(list);
    List<DesiredGraph.Step> leaving = new ArrayList<>();
    spec.children().stream()
        .map(child -> child.name().value())
        .filter(child -> child.startsWith("children."))
        .forEach(
            child -> {
              if (!coming.remove(String.valueOf(places.child(spec.name() + ":" + child)))) {
                leaving.add(DesiredGraph.Step.of(pointer, "DELETE", path + "/" + child, null));
              }
            });
    coming.forEach(
        child -> steps.add(DesiredGraph.Step.of(pointer, "POST", path, Map.of("node", child))));
    steps.addAll(leaving);
  }
}
