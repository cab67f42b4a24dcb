package io.blockgraph.engine;

/// Makes a change the way it was asked for.
final class Changes {
  private Changes() {}

  /// Plans `change` for a dry run, else makes it.
  static Result<Committed> make(BlockGraph graph, Change change, Ask ask) {
    return switch (ask.mode()) {
      case DRY_RUN -> graph.plan(change.edits(), ask.expected());
      case DO -> graph.commit(change.expecting(ask.expected()));
    };
  }
}
