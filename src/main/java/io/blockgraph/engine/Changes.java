package io.blockgraph.engine;

import java.util.Optional;

/// Makes changes the way they are asked for: for good, or on trial.
final class Changes {
  /// How often an operation is asked anew when the graph changes in between.
  private static final int ATTEMPTS = 5;

  private Changes() {}

  /// Makes a change that is the same on every graph.
  static Result<Committed> make(BlockGraph graph, Change change, Ask ask) {
    return make(graph, _ -> new Result.Done<>(change), ask)
        .then(made -> new Result.Done<>(made.committed()));
  }

  /// Makes what an operation comes to.
  static Result<Operation.Made> make(BlockGraph graph, Operation operation, Ask ask) {
    Result<Operation.Made> result = attempt(graph, operation, ask);
    for (int i = 1; i < ATTEMPTS && overtaken(result, ask); i++) {
      result = attempt(graph, operation, ask);
    }
    return result;
  }

  private static boolean overtaken(Result<Operation.Made> result, Ask ask) {
    return ask.expected().isEmpty()
        && result instanceof Result.Rejected<Operation.Made>(Rejection.RevisionMismatch _);
  }

  private static Result<Operation.Made> attempt(BlockGraph graph, Operation operation, Ask ask) {
    return switch (ask.mode()) {
      case DRY_RUN ->
          graph.onTrial(
              trial ->
                  ask.mismatch(trial.view().state())
                      .<Result<Operation.Made>>map(Result.Rejected::new)
                      .orElseGet(() -> operation.rehearse(trial)));
      case DO ->
          graph
              .inspect(view -> decided(operation, ask, view))
              .then(
                  change ->
                      graph
                          .commit(change)
                          .then(made -> new Result.Done<>(new Operation.Made(change, made))));
    };
  }

  private static Result<Change> decided(Operation operation, Ask ask, BlockGraph.View view) {
    Optional<Rejection> mismatch = ask.mismatch(view.state());
    if (mismatch.isPresent()) {
      return new Result.Rejected<>(mismatch.get());
    }
    return operation
        .on(view)
        .then(
            change ->
                new Result.Done<>(
                    change.expected().isPresent() ? change : change.expecting(ask.expected())));
  }
}
