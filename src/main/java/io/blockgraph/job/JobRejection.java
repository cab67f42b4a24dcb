package io.blockgraph.job;

import io.blockgraph.engine.Rejection;
import java.util.Set;

/// Why a job did not start or did not do what it was asked. Nothing has changed.
public sealed interface JobRejection {
  /// The engine or the rules of the graph stand against it.
  record Graph(Rejection rejection) implements JobRejection {}

  /// No job of this id.
  record JobNotFound(JobId id) implements JobRejection {}

  /// A job of this id is there, under way or over and not dismissed.
  record JobIdInUse(JobId id, JobStatus status) implements JobRejection {}

  /// This cannot be asked of the job now.
  ///
  /// @param id the job
  /// @param status where it stands
  /// @param verb what was asked
  /// @param allowed what can be asked instead
  record VerbNotAllowed(JobId id, JobStatus status, Verb verb, Set<Verb> allowed)
      implements JobRejection {
    /// Copies `allowed`.
    public VerbNotAllowed {
      allowed = Set.copyOf(allowed);
    }
  }

  /// A value of the request is wrong in itself.
  ///
  /// @param parameter the field, as the request names it: `granularity`
  /// @param reason what is wrong with it, with the number
  record InvalidParameter(String parameter, String reason) implements JobRejection {}

  /// The request would lose data, and does not say that this is meant.
  ///
  /// @param consent the field that says so: `acceptPartialData`
  /// @param reason what would be lost, in a sentence with names
  record ConsentMissing(String consent, String reason) implements JobRejection {}

  /// As many jobs as may be are under way.
  record TooManyJobs(int limit) implements JobRejection {}

  /// The service is ending.
  record ShuttingDown() implements JobRejection {}
}
