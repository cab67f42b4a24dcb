package io.blockgraph.engine;

import java.util.Optional;
import java.util.OptionalLong;

/// How a change is asked for.
///
/// @param expected the revision the caller insists on
/// @param mode whether it is meant
public record Ask(OptionalLong expected, Mode mode) {
  /// Do it, at whatever revision.
  public static final Ask PLAIN = new Ask(OptionalLong.empty(), Mode.DO);

  /// What stands against it in a graph that is at another revision than expected.
  public Optional<Rejection> mismatch(GraphState now) {
    return expected.isPresent() && expected.getAsLong() != now.revision()
        ? Optional.of(new Rejection.RevisionMismatch(expected.getAsLong(), now.revision()))
        : Optional.empty();
  }

  /// Whether a change is meant.
  public enum Mode {
    /// Do it.
    DO,
    /// Say what it would come to, and touch nothing.
    DRY_RUN
  }
}
