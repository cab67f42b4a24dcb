package io.blockgraph.store;

import java.time.Duration;

/// How much of the history is kept. The last change always is.
///
/// @param revisions so many changes
/// @param age changes that are not older
public record HistoryLimits(int revisions, Duration age) {
  /// What holds when nothing is configured.
  public static final HistoryLimits DEFAULT = new HistoryLimits(10_000, Duration.ofDays(90));

  /// @throws IllegalArgumentException when there could be no history
  public HistoryLimits {
    if (revisions < 1) {
      throw new IllegalArgumentException("a history has at least one revision, not " + revisions);
    }
    if (age.isNegative() || age.isZero()) {
      throw new IllegalArgumentException("a history reaches back some time, not " + age);
    }
  }
}
