package io.blockgraph.rest;

import io.blockgraph.job.replication.ReplicationRejection;
import io.blockgraph.job.replication.ReplicationResult;
import io.blockgraph.job.replication.ReplicationVerb;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What replications refuse, as problems.
final class ReplicationProblems {
  private ReplicationProblems() {}

  static <T> T answer(ReplicationResult<T> result) {
    return switch (result) {
      case ReplicationResult.Done<T>(T value) -> value;
      case ReplicationResult.Rejected<T>(ReplicationRejection reason) ->
          throw new ProblemException(of(reason));
    };
  }

  private static Problem of(ReplicationRejection rejection) {
    return switch (rejection) {
      case ReplicationRejection.Graph(var reason) -> RejectionProblems.of(reason);
      case ReplicationRejection.NotAReplication(var node, var driver) ->
          Problem.of(
                  ProblemKind.NOT_A_REPLICATION,
                  "node '%s' has driver '%s', not 'replication'".formatted(node, driver))
              .about(node.value())
              .advising("add a node of driver replication above it");
      case ReplicationRejection.VerbNotAllowed(
              var node,
              var mode,
              var stage,
              var verb,
              var allowed) ->
          Problem.of(
                  ProblemKind.REPLICATION_VERB_NOT_ALLOWED,
                  "the %s '%s' is at stage '%s'; it takes no %s now"
                      .formatted(mode.word(), node, stage.word(), verb.word()))
              .about(node.value())
              .advising("it takes: " + words(allowed));
      case ReplicationRejection.WrongShape(var node, var at, String reason) ->
          Problem.of(
                  ProblemKind.REPLICATION_SHAPE,
                  "secondary '%s' cannot work over node '%s': %s".formatted(node, at, reason))
              .about(at.value())
              .advising(
                  "below it stand an active disk, its backing disk hidden, and that one's backing"
                      + " disk, where the primary writes");
      case ReplicationRejection.NotEmpty(var node, var disk, long bytes) ->
          Problem.of(
                  ProblemKind.REPLICATION_DISK_NOT_EMPTY,
                  "disk '%s' of secondary '%s' holds %d bytes of its own"
                      .formatted(disk, node, bytes))
              .about(disk.value())
              .advising("use new images for the active and the hidden disk");
      case ReplicationRejection.LostWrites(var node, String error) ->
          Problem.of(
                  ProblemKind.CONSENT_MISSING,
                  "the secondary of '%s' may lack a write of the primary: %s"
                      .formatted(node, error))
              .about(node.value())
              .with(List.of(new Problem.FieldError("/acceptLostWrites", "says that this is known")))
              .advising(
                  "fail over to the last checkpoint; or write again what was refused and say"
                      + " acceptLostWrites=true");
    };
  }

  private static String words(Set<ReplicationVerb> verbs) {
    return verbs.stream().sorted().map(ReplicationVerb::word).collect(Collectors.joining(", "));
  }
}
