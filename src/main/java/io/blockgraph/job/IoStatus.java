package io.blockgraph.job;

import java.util.Locale;

/// Whether I/O errors have stopped a job.
public enum IoStatus {
  /// No.
  OK,
  /// It rests after an I/O error; resuming it tries again.
  FAILED,
  /// It rests because there was no space; resuming it tries again.
  NOSPACE;

  /// The word used over HTTP: `nospace`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
