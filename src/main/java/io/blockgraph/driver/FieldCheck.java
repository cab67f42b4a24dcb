package io.blockgraph.driver;

import io.blockgraph.driver.OptionSpec.Field;
import io.blockgraph.driver.OptionSpec.Need;
import io.blockgraph.graph.Options;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Looks at the members of an object that shall keep an [OptionSpec]: unknown ones, missing ones,
/// each value.
final class FieldCheck {
  private final Problems problems;
  private final OptionSpec spec;
  private final ValueCheck values;

  FieldCheck(Problems problems, OptionSpec spec) {
    this.problems = problems;
    this.spec = spec;
    this.values = new ValueCheck(problems);
  }

  /// Checks an object that holds options and nothing else.
  Options options(Map<?, ?> members, Pointer at) {
    unknown(members, List.of(), at);
    missing(members, at);
    return values(members, at);
  }

  /// Notes each member that is neither a field nor one of `others`.
  void unknown(Map<?, ?> members, List<String> others, Pointer at) {
    List<String> known =
        Stream.concat(others.stream(), spec.fields().stream().map(Field::name)).toList();
    for (Object key : members.keySet()) {
      String name = String.valueOf(key);
      if (!known.contains(name)) {
        problems.add(
            at.member(name),
            "there is no option "
                + Problems.quoted(name)
                + " here"
                + (NearestWord.of(name, known).isPresent()
                    ? ValueCheck.meant(name, known)
                    : "; known are " + String.join(", ", known)));
      }
    }
  }

  /// Notes each field that must be given and is not.
  void missing(Map<?, ?> members, Pointer at) {
    for (Field field : spec.fields()) {
      if (field.need() == Need.REQUIRED && !members.containsKey(field.name())) {
        problems.add(
            at.member(field.name()), "'" + field.name() + "' must be given: " + field.doc());
      }
    }
  }

  /// The values of the fields that are options, in the order of the specification.
  Options values(Map<?, ?> members, Pointer at) {
    Map<String, Object> good = new LinkedHashMap<>();
    for (Field field : spec.fields()) {
      if (isOption(field) && members.containsKey(field.name())) {
        values
            .value(members.get(field.name()), field.type(), at.member(field.name()))
            .ifPresent(value -> good.put(field.name(), value));
      } else if (isNullable(field) && members.containsKey(field.name())) {
        good.put(field.name(), members.get(field.name()) != null);
      }
    }
    return new Options(good);
  }

  /// Whether a field is a child that may explicitly be none; whether that was said, and so decided
  /// by the caller, is kept among the options.
  private static boolean isNullable(Field field) {
    return field.type() instanceof OptionSpec.Type.Child child
        && child.nullability() == OptionSpec.Nullability.NULLABLE;
  }

  /// Whether a field is an option, not a child.
  static boolean isOption(Field field) {
    return !(field.type() instanceof OptionSpec.Type.Child
        || field.type() instanceof OptionSpec.Type.ChildList);
  }
}
