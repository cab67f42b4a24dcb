package io.blockgraph.graph;

/// What a rule says to a request.
///
/// @param <T> what the caller gets when it is allowed
public sealed interface Ruling<T> {
  /// It may be done, like this.
  record Allowed<T>(T value) implements Ruling<T> {}

  /// It may not, for this reason.
  record Refused<T>(Refusal refusal) implements Ruling<T> {}
}
