package io.blockgraph.job.backup;

import io.blockgraph.job.copy.Words;
import java.util.Locale;
import java.util.Optional;

/// What of the source is copied.
public enum BackupSync {
  /// Everything a reader of the source sees.
  FULL,
  /// What the source holds itself, above its backing disk; everything when it has none.
  TOP,
  /// Only what clients overwrite, before they do.
  NONE,
  /// What a bitmap says, which is done with when there is a copy.
  INCREMENTAL,
  /// What a bitmap says.
  BITMAP;

  /// Whether a bitmap says what is copied.
  boolean isByBitmap() {
    return this == INCREMENTAL || this == BITMAP;
  }

  /// The word used over HTTP: `full`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The mode of that word.
  public static Optional<BackupSync> of(String word) {
    return Words.find(values(), BackupSync::word, word);
  }
}
