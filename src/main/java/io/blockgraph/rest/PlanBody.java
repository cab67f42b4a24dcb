package io.blockgraph.rest;

import java.util.List;
import java.util.Map;
import java.util.Set;

/// The body of a request that asks what it would take to come to a wanted graph: `{"desired":
/// {...}, "prune": false}`, beside the one that lists requests ([ActionList]).
final class PlanBody {
  /// The member with the wanted graph.
  static final String DESIRED = "desired";

  /// The member that says that what is not mentioned goes.
  static final String PRUNE = "prune";

  private static final Set<String> KNOWN = Set.of(DESIRED, PRUNE);

  private PlanBody() {}

  /// @throws ProblemException INVALID_REQUEST with a pointer to the place that is wrong
  static DesiredBody desired(Map<?, ?> members) {
    members.keySet().stream()
        .filter(member -> !KNOWN.contains(String.valueOf(member)))
        .findFirst()
        .ifPresent(
            member -> {
              throw Answers.field("/" + member, "beside 'desired' there is 'prune', not this");
            });
    boolean prune =
        switch (members.get(PRUNE)) {
          case null -> false;
          case Boolean given -> given;
          default -> throw Answers.field("/" + PRUNE, "is true or false");
        };
    try {
      return DesiredBody.read(members.get(DESIRED), DesiredController.rest(prune));
    } catch (ProblemException e) {
      throw new ProblemException(within(e.problem()));
    }
  }

  /// A problem that points into the wanted graph, as seen from the body it stands in.
  static Problem within(Problem problem) {
    return problem.with(
        problem.errors().stream()
            .map(error -> new Problem.FieldError(within(error.pointer()), error.detail()))
            .toList());
  }

  /// A step, likewise.
  static DesiredController.StepView within(DesiredController.StepView step) {
    List<String> pointers = step.pointers().stream().map(PlanBody::within).toList();
    return new DesiredController.StepView(pointers, step.method(), step.path(), step.body());
  }

  private static String within(String pointer) {
    boolean isPointer = pointer.isEmpty() || pointer.startsWith("/");
    return isPointer ? "/" + DESIRED + pointer : pointer;
  }
}
