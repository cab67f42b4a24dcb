package io.blockgraph.rest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A graph that is wanted, as it was written: `{"nodes": [...], "throttleGroups": [...], "exports":
/// [...]}`, each element as the request that makes it takes it.
///
/// @param nodes by name; null when it was not spoken of nodes
/// @param groups throttle groups; null when it was not spoken of them
/// @param exports null when it was not spoken of them
/// @param rest what happens to what is not mentioned
record DesiredBody(
    @Nullable Map<String, Wanted> nodes,
    @Nullable Map<String, Wanted> groups,
    @Nullable Map<String, Wanted> exports,
    Rest rest) {
  private static final String NODES = "nodes";
  private static final String GROUPS = "throttleGroups";
  private static final String EXPORTS = "exports";
  private static final Set<String> MEMBERS = Set.of(NODES, GROUPS, EXPORTS);

  /// What happens to what is not mentioned.
  enum Rest {
    /// It stays.
    STAYS,
    /// Nodes, groups and exports go, of each kind that is spoken of.
    GOES,
    /// They go, and options that are not mentioned are as if not given.
    GOES_WITH_OPTIONS
  }

  /// A node, a group or an export.
  ///
  /// @param pointer its place
  record Wanted(String name, String pointer, Map<String, @Nullable Object> body) {
    /// Whether one of `names` stands anywhere in it.
    boolean namesOneOf(Set<String> names) {
      return body.entrySet().stream()
          .anyMatch(e -> !e.getKey().equals("nodeName") && mentions(e.getValue(), names));
    }

    private boolean mentions(@Nullable Object value, Set<String> names) {
      return switch (value) {
        case String text -> !text.equals(name) && names.contains(text);
        case Map<?, ?> map -> map.values().stream().anyMatch(v -> mentions(v, names));
        case List<?> list -> list.stream().anyMatch(v -> mentions(v, names));
        case null, default -> false;
      };
    }
  }

  /// Whether nodes that are not mentioned go.
  boolean prunesNodes() {
    return rest != Rest.STAYS && nodes != null;
  }

  /// Whether throttle groups that are not mentioned go.
  boolean prunesGroups() {
    return rest != Rest.STAYS && groups != null;
  }

  /// Whether exports that are not mentioned go.
  boolean prunesExports() {
    return rest != Rest.STAYS && exports != null;
  }

  /// Those of a kind, by name; none when it was not spoken of them.
  static Map<String, Wanted> all(@Nullable Map<String, Wanted> kind) {
    return kind == null ? Map.of() : kind;
  }

  /// @throws ProblemException INVALID_REQUEST with a pointer to the place that is wrong
  static DesiredBody read(@Nullable Object body, Rest rest) {
    if (!(body instanceof Map<?, ?> members) || members.isEmpty()) {
      throw Answers.field("", "give an object with some of nodes, throttleGroups, exports");
    }
    members.keySet().stream()
        .filter(member -> !MEMBERS.contains(String.valueOf(member)))
        .findFirst()
        .ifPresent(
            member -> {
              throw Answers.field(
                  "/" + member, "there are nodes, throttleGroups and exports, not this");
            });
    return new DesiredBody(
        list(members, NODES, "nodeName"),
        list(members, GROUPS, "id"),
        list(members, EXPORTS, "id"),
        rest);
  }

  private static @Nullable Map<String, Wanted> list(
      Map<?, ?> members, String member, String nameField) {
    if (!members.containsKey(member)) {
      return null;
    }
    if (!(members.get(member) instanceof List<?> given)) {
      throw Answers.field("/" + member, "wants a list");
    }
    Map<String, Wanted> all = new LinkedHashMap<>();
    List<String> pointers = new ArrayList<>();
    for (Object element : given) {
      String pointer = "/" + member + "/" + pointers.size();
      pointers.add(pointer);
      if (!(element instanceof Map<?, ?> map) || !(map.get(nameField) instanceof String name)) {
        throw Answers.field(pointer, "wants an object with '" + nameField + "'");
      }
      if (all.put(name, new Wanted(name, pointer, members(map))) != null) {
        throw Answers.field(pointer + "/" + nameField, "'" + name + "' stands here twice");
      }
    }
    return all;
  }

  private static Map<String, @Nullable Object> members(Map<?, ?> map) {
    Map<String, @Nullable Object> body = new LinkedHashMap<>();
    map.forEach((key, value) -> body.put(String.valueOf(key), value));
    return body;
  }

  /// The same with every inline node that is there already by its name, and itself beside the
  /// others.
  DesiredBody flattened(Finder there) {
    if (nodes == null) {
      return this;
    }
    Flattening flattening = new Flattening(there, new LinkedHashMap<>());
    nodes.values().forEach(flattening::add);
    return new DesiredBody(flattening.flat(), groups, exports, rest);
  }

  /// Which node is meant by one that is inline in another.
  interface Finder {
    /// Its name, if it is there.
    Optional<String> find(String parent, String field, Map<?, ?> inline);
  }

  private record Flattening(Finder there, Map<String, Wanted> flat) {
    void add(Wanted node) {
      Wanted old = flat.put(node.name(), new Wanted(node.name(), node.pointer(), body(node)));
      if (old != null) {
        throw Answers.field(node.pointer(), "node '" + node.name() + "' stands here twice");
      }
    }

    private Map<String, @Nullable Object> body(Wanted node) {
      Map<String, @Nullable Object> body = new LinkedHashMap<>();
      node.body().forEach((field, value) -> body.put(field, value(node, field, value)));
      return body;
    }

    private @Nullable Object value(Wanted node, String field, @Nullable Object value) {
      if (value instanceof List<?> list) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Object element : list) {
          values.add(value(node, field + "/" + values.size(), element));
        }
        return values;
      }
      if (!(value instanceof Map<?, ?> inline) || !inline.containsKey("driver")) {
        return value;
      }
      Optional<String> name = there.find(node.name(), field, inline);
      Wanted child = new Wanted(name.orElse(""), node.pointer() + "/" + field, members(inline));
      if (name.isEmpty()) {
        return body(child);
      }
      add(child);
      return name.get();
    }
  }
}
