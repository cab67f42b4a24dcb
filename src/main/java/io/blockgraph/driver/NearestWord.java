package io.blockgraph.driver;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the word somebody probably meant.
final class NearestWord {
  private static final int MAX_LENGTH = 64;

  private NearestWord() {}

  /// The word of `known` that is nearest to `given`, when it is near enough to be a slip: a third
  /// of its letters.
  static Optional<String> of(String given, Collection<String> known) {
    if (given.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    return known.stream()
        .filter(word -> distance(given, word) <= Math.max(1, word.length() / 3))
        .min(Comparator.comparingInt(word -> distance(given, word)));
  }

  /// How many letters must be put in, taken out, changed or swapped with their neighbour, letting
  /// case and hyphens pass.
  private static int distance(String given, String word) {
    String a = plain(given);
    String b = plain(word);
    int[][] steps = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        steps[i][j] = i == 0 || j == 0 ? i + j : cheapest(steps, i, j, a, b);
      }
    }
    return steps[a.length()][b.length()];
  }

  @SuppressWarnings("ParameterNumber")
  private static int cheapest(int[][] steps, int i, int j, String a, String b) {
    int changed = steps[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int best = Math.min(changed, Math.min(steps[i - 1][j], steps[i][j - 1]) + 1);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, steps[i - 2][j - 2] + 1) : best;
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }
}
