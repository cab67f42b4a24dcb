package io.blockgraph.job;

import java.util.Locale;

/// What a job that copies is at; finer than its status, so that "100 %" never means "not ready".
public enum JobPhase {
  /// The first pass over the data.
  COPYING,
  /// The first pass is over; what was written meanwhile is copied.
  CONVERGING,
  /// The copy follows its source.
  READY,
  /// It was asked to complete and brings the rest over.
  COMPLETING,
  /// It is over.
  ENDED;

  /// The word used over HTTP: `converging`.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
