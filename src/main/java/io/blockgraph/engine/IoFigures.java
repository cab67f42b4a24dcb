package io.blockgraph.engine;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/// What was asked of something, by the word of the request: `read`, `write-zeroes`. Requests of a
/// kind that never came are left out.
///
/// @param byWord the figures of each kind
public record IoFigures(Map<String, Figure> byWord) {
  /// Nothing yet.
  public static final IoFigures NONE = new IoFigures(Map.of());

  /// Copies `byWord`.
  public IoFigures {
    byWord = Map.copyOf(byWord);
  }

  /// Requests of one kind.
  ///
  /// @param operations those that succeeded
  /// @param bytes what those were about
  /// @param errors those that failed
  /// @param times how long they took; empty when nobody asked
  public record Figure(
      long operations, long bytes, long errors, Optional<Latencies.Snapshot> times) {
    private static final Figure NONE = new Figure(0, 0, 0, Optional.empty());

    private boolean isNothing() {
      return operations == 0 && errors == 0;
    }

    private Figure plus(Figure other) {
      return new Figure(
          operations + other.operations,
          bytes + other.bytes,
          errors + other.errors,
          times.map(mine -> other.times.map(mine::plus).orElse(mine)).or(other::times));
    }

    private Figure minus(Figure earlier) {
      return new Figure(
          operations - earlier.operations,
          bytes - earlier.bytes,
          errors - earlier.errors,
          times.map(now -> earlier.times.map(now::minus).orElse(now)));
    }
  }

  /// Both together.
  public IoFigures plus(IoFigures other) {
    return combined(other, Figure::plus);
  }

  /// What came since `earlier`.
  public IoFigures minus(IoFigures earlier) {
    return combined(earlier, Figure::minus);
  }

  /// The same, as if nobody had asked for times.
  IoFigures withoutTimes() {
    Map<String, Figure> all = new TreeMap<>();
    byWord.forEach(
        (word, figure) ->
            all.put(
                word,
                new Figure(figure.operations, figure.bytes, figure.errors, Optional.empty())));
    return new IoFigures(all);
  }

  private IoFigures combined(IoFigures other, BinaryOperator<Figure> how) {
    Map<String, Figure> all = new TreeMap<>(byWord);
    other.byWord.forEach(
        (word, figure) -> all.put(word, how.apply(all.getOrDefault(word, Figure.NONE), figure)));
    all.values().removeIf(Figure::isNothing);
    return new IoFigures(all);
  }
}
