package io.blockgraph.actuate;

import java.time.Instant;

/// A finding with its times.
///
/// @param finding what was found
/// @param since since when it has been in this condition, as far as this run of the service has
///   seen
/// @param at when it was looked at
record Checked(Finding finding, Instant since, Instant at) {
  /// A finding as it is shown.
  ///
  /// @param check what was looked at
  /// @param condition good, unknown, degraded or failed
  /// @param reason why
  /// @param since since when it has been in this condition
  /// @param checkedAt when it was looked at
  record View(String check, String condition, String reason, Instant since, Instant checkedAt) {}

  Condition condition() {
    return finding.condition();
  }

  View view() {
    return new View(finding.check(), condition().word(), finding.reason(), since, at);
  }
}
