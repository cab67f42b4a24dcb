package io.blockgraph.engine;

import java.util.OptionalLong;

/// How a change is asked for.
///
/// @param expected the revision the caller insists on
/// @param mode whether it is meant
public record Ask(OptionalLong expected, Mode mode) {
  /// Do it, at whatever revision.
  public static final Ask PLAIN = new Ask(OptionalLong.empty(), Mode.DO);

  /// Whether a change is meant.
  public enum Mode {
    /// Do it.
    DO,
    /// Say what it would come to, and touch nothing.
    DRY_RUN
  }
}
