package io.blockgraph.job.copy;

import io.blockgraph.job.JobError;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What copies for a job, and knows how far it is. Any thread.
public interface JobCopier extends CopyWorkers.Work {
  /// How far it is, both numbers of one moment.
  Amount amount();

  /// Bytes that may have to be copied.
  default long leftBytes() {
    return amount().leftBytes();
  }

  /// Whether a failure does not end the job at once, but in the end.
  default boolean leavesOut() {
    return false;
  }

  /// The first piece that was left out, of a job that goes on without it and has no result then.
  default CopyStep.@Nullable Failed leftOut() {
    return null;
  }

  /// Why the copy cannot be had any more, whatever is tried.
  default Optional<JobError> hopeless() {
    return Optional.empty();
  }

  /// How far a copy is.
  ///
  /// @param doneBytes bytes copied so far; never less than before
  /// @param leftBytes bytes that may have to be copied
  record Amount(long doneBytes, long leftBytes) {}
}
