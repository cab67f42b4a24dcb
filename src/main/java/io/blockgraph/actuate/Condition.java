package io.blockgraph.actuate;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/// How something is, from best to worst.
enum Condition {
  /// It was looked at, and nothing is wrong.
  GOOD,
  /// Nothing is known, which is not the same as good.
  UNKNOWN,
  /// It does what it should, with less safety or later than it should.
  DEGRADED,
  /// It does not do what it should.
  FAILED;

  /// The word used over HTTP: `degraded`.
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether somebody should look after it.
  boolean isTrouble() {
    return this == DEGRADED || this == FAILED;
  }

  /// The worst of them; UNKNOWN when there are none.
  static Condition worst(Collection<Condition> conditions) {
    return conditions.stream().max(Comparator.naturalOrder()).orElse(UNKNOWN);
  }
}
