package io.blockgraph.engine;

import java.util.OptionalLong;
import java.util.function.BiFunction;

/// Changes that are decided on the graph as it is: each is made at the very revision it was decided
/// on, and decided anew when another change comes between.
final class Decisions {
  /// How often a change is decided anew.
  private static final int ATTEMPTS = 5;

  private Decisions() {}

  /// Lets `decision` decide on the graph and make its change with the ask it is given.
  static <T> Result<T> make(
      BlockGraph graph, Ask ask, BiFunction<GraphState, Ask, Result<T>> decision) {
    Result<T> result = attempt(graph, ask, decision);
    for (int i = 1; i < ATTEMPTS && overtaken(result, ask); i++) {
      result = attempt(graph, ask, decision);
    }
    return result;
  }

  private static <T> boolean overtaken(Result<T> result, Ask ask) {
    return ask.expected().isEmpty()
        && result instanceof Result.Rejected<T>(Rejection.RevisionMismatch _);
  }

  private static <T> Result<T> attempt(
      BlockGraph graph, Ask ask, BiFunction<GraphState, Ask, Result<T>> decision) {
    GraphState now = graph.state();
    if (ask.expected().isPresent() && ask.expected().getAsLong() != now.revision()) {
      return new Result.Rejected<>(
          new Rejection.RevisionMismatch(ask.expected().getAsLong(), now.revision()));
    }
    return decision.apply(now, new Ask(OptionalLong.of(now.revision()), ask.mode()));
  }
}
