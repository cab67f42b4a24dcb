package io.blockgraph.driver.qcow2;

import java.util.OptionalLong;

/// One thing a check found.
///
/// @param kind how bad it is
/// @param fileOffset the byte of the image file where the finding stands or which it is about
/// @param guestOffset the byte of the guest's disk it concerns, where there is one
/// @param text a sentence for people, with the numbers
public record Finding(Kind kind, long fileOffset, OptionalLong guestOffset, String text) {
  /// How bad a finding is.
  public enum Kind {
    /// A contradiction that endangers data.
    CORRUPTION,
    /// A cluster that is counted and not used: space is lost, no data.
    LEAK,
    /// A place that could not be checked.
    CHECK_ERROR
  }
}
