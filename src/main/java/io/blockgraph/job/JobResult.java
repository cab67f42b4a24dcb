package io.blockgraph.job;

import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import java.util.function.Function;

/// What became of something asked of a job, or of the request to start one.
public sealed interface JobResult<T> {
  /// It was done.
  record Done<T>(T value) implements JobResult<T> {}

  /// It was refused; nothing has changed.
  record Rejected<T>(JobRejection reason) implements JobResult<T> {}

  /// What became of something asked of the graph for a job.
  static <T> JobResult<T> of(Result<T> result) {
    return switch (result) {
      case Result.Done<T>(T value) -> new Done<>(value);
      case Result.Rejected<T>(Rejection reason) -> new Rejected<>(new JobRejection.Graph(reason));
    };
  }

  /// The same refusal, or `next` of the value.
  default <R> JobResult<R> then(Function<? super T, JobResult<R>> next) {
    return switch (this) {
      case Done<T>(T value) -> next.apply(value);
      case Rejected<T>(JobRejection reason) -> new Rejected<>(reason);
    };
  }
}
