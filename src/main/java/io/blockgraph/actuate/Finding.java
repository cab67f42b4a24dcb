package io.blockgraph.actuate;

/// What one check of one thing came to.
///
/// @param check what was looked at: `votes of children.1`
/// @param condition how it is
/// @param reason one sentence with names and numbers, without paths of files
record Finding(String check, Condition condition, String reason) {
  /// What is looked at, whatever it is looked at of: `votes`.
  String sort() {
    return check.split(" ", 2)[0];
  }

  static Finding good(String check, String reason) {
    return new Finding(check, Condition.GOOD, reason);
  }

  static Finding unknown(String check, String reason) {
    return new Finding(check, Condition.UNKNOWN, reason);
  }

  static Finding degraded(String check, String reason) {
    return new Finding(check, Condition.DEGRADED, reason);
  }

  static Finding failed(String check, String reason) {
    return new Finding(check, Condition.FAILED, reason);
  }
}
