package io.blockgraph.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the way to a wanted graph does to throttle groups and exports. One use, one thread.
final class DesiredUsers {
  private static final String EXPORTS = "/exports";
  private static final String GROUPS = "/throttle-groups";

  private final DesiredBody wanted;
  private final List<DesiredGraph.Step> steps;
  private final Map<String, Map<String, @Nullable Object>> groups;
  private final Map<String, Map<String, @Nullable Object>> exports;

  /// @param now the graph as it is
  /// @param steps where requests are put
  DesiredUsers(GraphBody now, DesiredBody wanted, List<DesiredGraph.Step> steps) {
    this.wanted = wanted;
    this.steps = steps;
    this.groups = byId(now.groups());
    this.exports = byId(now.exports());
  }

  private static Map<String, Map<String, @Nullable Object>> byId(
      List<Map<String, @Nullable Object>> all) {
    return all.stream()
        .collect(
            Collectors.toMap(
                one -> String.valueOf(one.get("id")),
                Function.identity(),
                (one, _) -> one,
                LinkedHashMap::new));
  }

  void makeGroups() {
    for (DesiredBody.Wanted group : DesiredBody.all(wanted.groups()).values()) {
      Map<String, @Nullable Object> has = groups.get(group.name());
      if (has == null) {
        steps.add(DesiredGraph.Step.of(group.pointer(), "POST", GROUPS, group.body()));
        continue;
      }
      Map<String, @Nullable Object> patch = patch(group.body(), has);
      if (!patch.isEmpty()) {
        String path = GROUPS + "/" + group.name();
        steps.add(DesiredGraph.Step.of(group.pointer(), "PATCH", path, patch));
      }
    }
  }

  private Map<String, @Nullable Object> patch(
      Map<String, @Nullable Object> body, Map<String, @Nullable Object> has) {
    Map<String, @Nullable Object> patch = new LinkedHashMap<>();
    body.forEach(
        (limit, value) -> {
          if (!JsonValues.same(has.get(limit), value)) {
            patch.put(limit, value);
          }
        });
    if (wanted.rest() == DesiredBody.Rest.GOES_WITH_OPTIONS) {
      has.keySet().stream().filter(l -> !body.containsKey(l)).forEach(l -> patch.put(l, null));
    }
    return patch;
  }

  void removeGroups() {
    if (wanted.prunesGroups()) {
      unmentioned(groups.keySet(), DesiredBody.all(wanted.groups()).keySet())
          .forEach(id -> steps.add(DesiredGraph.Step.unmentioned(GROUPS + "/" + id)));
    }
  }

  /// @return those that end
  List<String> endExports() {
    if (!wanted.prunesExports()) {
      return List.of();
    }
    List<String> ends = unmentioned(exports.keySet(), DesiredBody.all(wanted.exports()).keySet());
    ends.forEach(id -> steps.add(DesiredGraph.Step.unmentioned(EXPORTS + "/" + id)));
    return ends;
  }

  private static List<String> unmentioned(Set<String> there, Set<String> mentioned) {
    List<String> rest = new ArrayList<>(there);
    rest.removeAll(mentioned);
    return rest;
  }

  /// @param places where the exports that are there lead by now
  void makeExports(Places places) {
    for (DesiredBody.Wanted export : DesiredBody.all(wanted.exports()).values()) {
      Map<String, @Nullable Object> has = exports.get(export.name());
      if (has == null) {
        steps.add(DesiredGraph.Step.of(export.pointer(), "POST", EXPORTS, export.body()));
      } else {
        Map<String, @Nullable Object> then = new LinkedHashMap<>(has);
        then.put("nodeName", places.child(export.name() + ":root"));
        export.body().forEach((field, value) -> requireSame(export, field, then.get(field)));
      }
    }
  }

  /// Clients have seen an export as it is. It is not ended behind their backs.
  private static void requireSame(DesiredBody.Wanted export, String field, @Nullable Object old) {
    Object value = export.body().get(field);
    if (!JsonValues.same(old, value)) {
      throw Answers.field(
          export.pointer() + "/" + field,
          "export '%s' has '%s' here and would need '%s', which cannot change while clients use it; end it first, or take another id"
              .formatted(export.name(), old, value));
    }
  }
}
