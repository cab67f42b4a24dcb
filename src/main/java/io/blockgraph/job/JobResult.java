package io.blockgraph.job;

import java.util.function.Function;

/// What became of something asked of a job, or of the request to start one.
public sealed interface JobResult<T> {
  /// It was done.
  record Done<T>(T value) implements JobResult<T> {}

  /// It was refused; nothing has changed.
  record Rejected<T>(JobRejection reason) implements JobResult<T> {}

  /// The same refusal, or `next` of the value.
  default <R> JobResult<R> then(Function<? super T, JobResult<R>> next) {
    return switch (this) {
      case Done<T>(T value) -> next.apply(value);
      case Rejected<T>(JobRejection reason) -> new Rejected<>(reason);
    };
  }
}
