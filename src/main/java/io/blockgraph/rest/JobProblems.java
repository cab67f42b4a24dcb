package io.blockgraph.rest;

import io.blockgraph.job.JobRejection;
import io.blockgraph.job.JobResult;
import io.blockgraph.job.Verb;
import java.util.List;

/// What jobs refuse, as problems.
final class JobProblems {
  private JobProblems() {}

  static <T> T answer(JobResult<T> result) {
    return switch (result) {
      case JobResult.Done<T>(T value) -> value;
      case JobResult.Rejected<T>(JobRejection reason) -> throw new ProblemException(of(reason));
    };
  }

  static Problem of(JobRejection rejection) {
    return switch (rejection) {
      case JobRejection.Graph(var reason) -> RejectionProblems.of(reason);
      case JobRejection.JobNotFound(var id) ->
          Problem.of(ProblemKind.JOB_NOT_FOUND, "there is no job '" + id + "'");
      case JobRejection.JobIdInUse(var id, var status) ->
          Problem.of(ProblemKind.JOB_ID_IN_USE, "job '" + id + "' is there and " + status.word())
              .advising("dismiss it, or choose another id");
      case JobRejection.VerbNotAllowed(var id, var status, var verb, var allowed) ->
          Problem.of(
                  ProblemKind.JOB_VERB_NOT_ALLOWED,
                  "job '%s' is %s; it takes no %s now".formatted(id, status.word(), verb.word()))
              .advising("it takes: " + words(List.copyOf(allowed)));
      case JobRejection.InvalidParameter(String parameter, String reason) ->
          Problem.of(ProblemKind.INVALID_PARAMETER, parameter + ": " + reason)
              .with(List.of(new Problem.FieldError("/" + parameter, reason)));
      case JobRejection.ConsentMissing(String consent, String reason) ->
          Problem.of(ProblemKind.CONSENT_MISSING, reason)
              .with(List.of(new Problem.FieldError("/" + consent, "says that this is meant")))
              .advising("say " + consent + "=true when that is meant");
      case JobRejection.TooManyJobs(int limit) ->
          Problem.of(ProblemKind.TOO_MANY_JOBS, limit + " jobs are under way; more may not be");
      case JobRejection.ShuttingDown() ->
          Problem.of(ProblemKind.SHUTTING_DOWN, "the service is ending; it starts no more jobs");
    };
  }

  private static String words(List<Verb> verbs) {
    return verbs.isEmpty()
        ? "nothing"
        : String.join(", ", verbs.stream().sorted().map(Verb::word).toList());
  }
}
