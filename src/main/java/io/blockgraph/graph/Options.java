package io.blockgraph.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The validated options of a node: names as in the HTTP API (camelCase), values in plain types.
///
/// A value is a `String`, `Long`, `Boolean`, a `List` or a `Map<String, ...>` of such; the driver's
/// option specification has checked names and types, so a getter that meets another type is a
/// mistake of ours.
///
/// Under the name of a child that may be none (`backing`) stands whether the caller named a node
/// (true) or said `null` (false); nothing when the caller did not say.
///
/// @param values in the order given; copied, not modifiable
public record Options(Map<String, Object> values) {
  /// No options.
  public static final Options NONE = new Options(Map.of());

  /// Copies `values`.
  public Options {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /// The text under `name`.
  public Optional<String> text(String name) {
    return Optional.ofNullable((String) values.get(name));
  }

  /// The number under `name`.
  public Optional<Long> number(String name) {
    return Optional.ofNullable((Long) values.get(name));
  }

  /// The truth value under `name`, or `otherwise` when not given.
  public boolean flag(String name, boolean otherwise) {
    Object value = values.get(name);
    return value == null ? otherwise : (Boolean) value;
  }

  /// The list under `name`, empty when not given.
  public List<?> list(String name) {
    Object value = values.get(name);
    return value == null ? List.of() : (List<?>) value;
  }

  /// The object under `name`.
  public Optional<Options> object(String name) {
    if (!(values.get(name) instanceof Map<?, ?> members)) {
      return Optional.empty();
    }
    Map<String, Object> object = new LinkedHashMap<>();
    members.forEach((member, value) -> object.put((String) member, value));
    return Optional.of(new Options(object));
  }

  /// These options with `name` set to `value`.
  public Options with(String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(values);
    changed.put(name, value);
    return new Options(changed);
  }
}
