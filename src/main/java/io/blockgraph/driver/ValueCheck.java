package io.blockgraph.driver;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Looks whether single values are what an option wants. Nothing is converted: `"5"` is no number,
/// `5.0` no whole one.
final class ValueCheck {
  private final Problems problems;

  ValueCheck(Problems problems) {
    this.problems = problems;
  }

  /// The value as [io.blockgraph.graph.Options] keeps it; empty, and a problem noted, when it is
  /// not of the type.
  ///
  /// @throws IllegalStateException for the type of a child, which is no value
  Optional<Object> value(@Nullable Object given, OptionSpec.Type type, Pointer at) {
    return switch (type) {
      case OptionSpec.Type.Text(int maxLength) -> text(given, maxLength, at);
      case OptionSpec.Type.Int(long min, long max, Optional<Long> _) ->
          number(given, new Bounds(min, max, "a whole number"), at);
      case OptionSpec.Type.Size(long min, long max, Optional<Long> _) ->
          number(given, new Bounds(min, max, "a number of bytes"), at);
      case OptionSpec.Type.Flag _ -> flag(given, at);
      case OptionSpec.Type.Choice(List<String> words, String _) -> word(given, words, at);
      case OptionSpec.Type.Words(List<String> words) ->
          list(given, at, (item, place) -> word(item, words, place));
      case OptionSpec.Type.Structure(OptionSpec fields) -> object(given, fields, at);
      case OptionSpec.Type.Objects(OptionSpec item) ->
          list(given, at, (element, place) -> object(element, item, place));
      case OptionSpec.Type.Child _, OptionSpec.Type.ChildList _ ->
          throw new IllegalStateException("a child is no value: " + at);
    };
  }

  /// The members of an object by name; empty, and a problem noted, when it is no object.
  Optional<Map<?, ?>> members(@Nullable Object given, Pointer at) {
    if (given instanceof Map<?, ?> map) {
      return Optional.of(map);
    }
    return wrong(given, "an object", at);
  }

  /// The elements of an array; empty, and a problem noted, when it is no array.
  Optional<List<?>> elements(@Nullable Object given, Pointer at) {
    if (given instanceof List<?> list) {
      return Optional.of(list);
    }
    return wrong(given, "a list", at);
  }

  /// Notes that `wanted` should stand where `given` does.
  <T> Optional<T> wrong(@Nullable Object given, String wanted, Pointer at) {
    problems.add(at, "wants " + wanted + ", not " + kindOf(given));
    return Optional.empty();
  }

  private Optional<Object> text(@Nullable Object given, int maxLength, Pointer at) {
    if (!(given instanceof String text)) {
      return wrong(given, "a string", at);
    }
    if (text.isEmpty() || text.length() > maxLength) {
      problems.add(at, "wants 1 to " + maxLength + " characters, not " + text.length());
      return Optional.empty();
    }
    if (!text.codePoints().allMatch(Problems::isHarmless)) {
      problems.add(at, "holds a control character: " + Problems.quoted(text));
      return Optional.empty();
    }
    return Optional.of(text);
  }

  private Optional<Object> flag(@Nullable Object given, Pointer at) {
    return given instanceof Boolean flag ? Optional.of(flag) : wrong(given, "true or false", at);
  }

  private record Bounds(long min, long max, String wanted) {}

  private Optional<Object> number(@Nullable Object given, Bounds bounds, Pointer at) {
    Optional<BigInteger> whole = whole(given);
    if (whole.isEmpty()) {
      return wrong(given, bounds.wanted(), at);
    }
    BigInteger number = whole.get();
    if (number.compareTo(BigInteger.valueOf(bounds.min())) < 0
        || number.compareTo(BigInteger.valueOf(bounds.max())) > 0) {
      problems.add(
          at,
          "wants "
              + bounds.wanted()
              + " from "
              + bounds.min()
              + " to "
              + bounds.max()
              + ", not "
              + (number.bitLength() > 128 ? "one of " + number.bitLength() + " bits" : number));
      return Optional.empty();
    }
    return Optional.of(number.longValueExact());
  }

  private static Optional<BigInteger> whole(@Nullable Object given) {
    return switch (given) {
      case Integer number -> Optional.of(BigInteger.valueOf(number));
      case Long number -> Optional.of(BigInteger.valueOf(number));
      case BigInteger number -> Optional.of(number);
      case null, default -> Optional.empty();
    };
  }

  private Optional<Object> word(@Nullable Object given, List<String> words, Pointer at) {
    if (!(given instanceof String text)) {
      return wrong(given, "one of " + String.join(", ", words), at);
    }
    if (!words.contains(text)) {
      problems.add(
          at,
          "wants one of "
              + String.join(", ", words)
              + ", not "
              + Problems.quoted(text)
              + meant(text, words));
      return Optional.empty();
    }
    return Optional.of(text);
  }

  /// `; did you mean 'x'?` when there is a word near to `given`.
  static String meant(String given, List<String> words) {
    return NearestWord.of(given, words).map(word -> "; did you mean '" + word + "'?").orElse("");
  }

  private interface ElementCheck {
    Optional<Object> check(@Nullable Object element, Pointer at);
  }

  private Optional<Object> list(@Nullable Object given, Pointer at, ElementCheck each) {
    return elements(given, at)
        .map(
            elements -> {
              List<Object> good = new ArrayList<>();
              for (int i = 0; i < elements.size(); i++) {
                each.check(elements.get(i), at.element(i)).ifPresent(good::add);
              }
              return List.copyOf(good);
            });
  }

  private Optional<Object> object(@Nullable Object given, OptionSpec item, Pointer at) {
    return members(given, at)
        .map(members -> new FieldCheck(problems, item).options(members, at).values());
  }

  private static String kindOf(@Nullable Object given) {
    return switch (given) {
      case null -> "null";
      case String _ -> "a string";
      case Boolean flag -> flag.toString();
      case Integer number -> "the number " + number;
      case Long number -> "the number " + number;
      case Double number -> "the number " + number;
      case BigInteger _ -> "a very large number";
      case BigDecimal _ -> "a fraction";
      case List<?> _ -> "a list";
      case Map<?, ?> _ -> "an object";
      default -> "a " + given.getClass().getSimpleName();
    };
  }
}
