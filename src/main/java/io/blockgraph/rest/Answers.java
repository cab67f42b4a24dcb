package io.blockgraph.rest;

import io.blockgraph.driver.Checked;
import io.blockgraph.driver.OptionProblem;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.UserId;
import java.util.List;

/// Unpacks what the engine and the validators answer, ending the request with a problem where they
/// refuse.
final class Answers {
  private Answers() {}

  static <T> T of(Result<T> result) {
    return switch (result) {
      case Result.Done<T>(T value) -> value;
      case Result.Rejected<T>(Rejection reason) ->
          throw new ProblemException(RejectionProblems.of(reason));
    };
  }

  static <T> T of(Checked<T> checked) {
    return switch (checked) {
      case Checked.Valid<T>(T value) -> value;
      case Checked.Invalid<T>(List<OptionProblem> problems) ->
          throw new ProblemException(invalid(problems));
    };
  }

  private static Problem invalid(List<OptionProblem> problems) {
    List<Problem.FieldError> errors =
        problems.stream().map(p -> new Problem.FieldError(p.pointer(), p.detail())).toList();
    String first = errors.getFirst().detail();
    String detail = errors.size() == 1 ? first : first + " (and " + (errors.size() - 1) + " more)";
    return Problem.of(ProblemKind.INVALID_REQUEST, detail).with(errors);
  }

  static NodeName node(String name) {
    if (!NodeName.isWellFormed(name)) {
      throw new ProblemException(
          ProblemKind.NODE_NOT_FOUND, "there is no node of this name; no node can have it");
    }
    return new NodeName(name);
  }

  static UserId user(String id, ProblemKind missing) {
    if (!NodeName.isWellFormed(id)) {
      throw new ProblemException(missing, "there is none of this id; none can have it");
    }
    return new UserId(id);
  }

  static ProblemException parameter(String name, String detail) {
    return new ProblemException(
        Problem.of(ProblemKind.INVALID_PARAMETER, detail)
            .with(List.of(new Problem.FieldError(name, detail))));
  }

  /// A place of the body that is wrong.
  static ProblemException field(String pointer, String detail) {
    return new ProblemException(
        Problem.of(ProblemKind.INVALID_REQUEST, detail)
            .with(List.of(new Problem.FieldError(pointer, detail))));
  }

  /// The name of a node that is to be, out of a body.
  static NodeName nodeField(String pointer, String name) {
    if (!NodeName.isWellFormed(name)) {
      throw field(
          pointer,
          "a name is a letter and then letters, digits, '.', '_', '-', 64 in all; this is not: "
              + name);
    }
    return new NodeName(name);
  }
}
