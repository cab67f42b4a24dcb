package io.blockgraph.driver;

import java.util.ArrayList;
import java.util.List;

/// What is wrong with one request, gathered while it is looked at. For one thread.
final class Problems {
  /// So many problems are told; a request that has more is not read more carefully for it.
  static final int MAX = 100;

  private static final int MAX_QUOTED = 64;

  private final List<OptionProblem> found = new ArrayList<>();

  void add(Pointer at, String detail) {
    if (found.size() < MAX) {
      found.add(new OptionProblem(at.text(), detail));
    }
  }

  /// The value when nothing is wrong, else all problems.
  <T> Checked<T> orElse(T value) {
    return found.isEmpty() ? new Checked.Valid<>(value) : failed();
  }

  <T> Checked<T> failed() {
    return new Checked.Invalid<>(found);
  }

  /// A stranger's text as a message may repeat it: short, and without control characters.
  static String quoted(String text) {
    String printable =
        text.codePoints()
            .limit(MAX_QUOTED)
            .collect(StringBuilder::new, Problems::appendPrintable, StringBuilder::append)
            .toString();
    return text.codePointCount(0, text.length()) > MAX_QUOTED
        ? "'" + printable + "...'"
        : "'" + printable + "'";
  }

  private static void appendPrintable(StringBuilder to, int codePoint) {
    if (isHarmless(codePoint)) {
      to.appendCodePoint(codePoint);
    } else {
      to.append(String.format("\\u%04x", codePoint));
    }
  }

  /// Whether a character neither controls a terminal, nor turns the direction of writing, nor is
  /// half of a pair.
  static boolean isHarmless(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED ->
          false;
      default -> true;
    };
  }
}
