package io.blockgraph.job.copy;

import java.util.Locale;
import java.util.Optional;

/// What the job does when reading or writing fails.
public enum ErrorPolicy {
  /// It fails with the error.
  REPORT,
  /// It goes on and tries again later.
  IGNORE,
  /// It rests when there is no space, and fails with any other error.
  ENOSPC,
  /// It rests; resuming it tries again.
  STOP;

  /// The word used over HTTP: `enospc`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The policy of that word.
  public static Optional<ErrorPolicy> of(String word) {
    return Words.find(values(), ErrorPolicy::word, word);
  }
}
