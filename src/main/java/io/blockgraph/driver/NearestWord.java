package io.blockgraph.driver;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Finds the word somebody probably meant.
public final class NearestWord {
  private static final int MAX_LENGTH = 64;

  private NearestWord() {}

  /// The word of `known` that is nearest to `given`, when it is near enough to be a slip: a third
  /// of its letters.
  public static Optional<String> of(String given, Collection<String> known) {
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
    return new Steps(plain(given), plain(word)).count();
  }

  /// The steps that make `b` of `a`, for all of their beginnings.
  private record Steps(String a, String b, int[][] table) {
    Steps(String a, String b) {
      this(a, b, new int[a.length() + 1][b.length() + 1]);
    }

    int count() {
      for (int i = 0; i <= a.length(); i++) {
        for (int j = 0; j <= b.length(); j++) {
          table[i][j] = i == 0 || j == 0 ? i + j : cheapest(i, j);
        }
      }
      return table[a.length()][b.length()];
    }

    private int cheapest(int i, int j) {
      int changed = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
      int best = Math.min(changed, Math.min(table[i - 1][j], table[i][j - 1]) + 1);
      return isSwap(i, j) ? Math.min(best, table[i - 2][j - 2] + 1) : best;
    }

    private boolean isSwap(int i, int j) {
      return i > 1
          && j > 1
          && a.charAt(i - 1) == b.charAt(j - 2)
          && a.charAt(i - 2) == b.charAt(j - 1);
    }
  }

  private static String plain(String word) {
    return word.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
  }
}
