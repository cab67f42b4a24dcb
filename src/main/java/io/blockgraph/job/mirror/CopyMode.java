package io.blockgraph.job.mirror;

import io.blockgraph.job.copy.Words;
import java.util.Locale;
import java.util.Optional;

/// When a client's write reaches the target.
public enum CopyMode {
  /// Later: it is marked and copied in the background; clients do not wait.
  BACKGROUND,
  /// At once: a write is answered when it is on both disks; the job always converges.
  WRITE_BLOCKING;

  /// The word used over HTTP: `write-blocking`.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The mode of that word.
  public static Optional<CopyMode> of(String word) {
    return Words.find(values(), CopyMode::word, word);
  }
}
