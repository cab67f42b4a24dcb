package io.blockgraph.engine;

import java.util.function.Function;

/// What became of a request: a value, or the reason why nothing has happened.
public sealed interface Result<T> {
  /// It was done.
  record Done<T>(T value) implements Result<T> {}

  /// It was refused; nothing has changed.
  record Rejected<T>(Rejection reason) implements Result<T> {}

  /// The same refusal, or `next` of the value.
  default <R> Result<R> then(Function<? super T, Result<R>> next) {
    return switch (this) {
      case Done<T>(T value) -> next.apply(value);
      case Rejected<T>(Rejection reason) -> new Rejected<>(reason);
    };
  }
}
