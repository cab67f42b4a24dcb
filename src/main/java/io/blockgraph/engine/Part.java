package io.blockgraph.engine;

import io.blockgraph.graph.GraphEdit;
import java.util.List;
import java.util.Optional;

/// One of the operations that a transaction consists of, and what belongs to it beside the graph:
/// an export that lets clients in, a job that starts.
///
/// What can be refused is refused by [#rehearse], [#untakeable] and [#claim], all before the
/// decision; what follows the decision cannot be refused.
public interface Part {
  /// Plays it through on a trial.
  Result<Operation.Made> rehearse(Trial trial);

  /// Why it could not be taken back if the whole failed; asked when all have been rehearsed.
  ///
  /// @param before the graph before the whole transaction
  /// @param after the graph after it
  default Optional<Rejection> untakeable(GraphState before, GraphState after) {
    return Optional.empty();
  }

  /// Takes what it needs beside the graph, so that nobody else has it when the change is made.
  default Result<Claim> claim() {
    return new Result.Done<>(Claim.NOTHING);
  }

  /// What was taken for a part. Exactly one of [#made] and [#givenUp] is called in the end.
  interface Claim {
    /// Nothing was needed.
    Claim NOTHING = new Claim() {};

    /// Edits that go along with those of the part.
    default List<GraphEdit> along() {
      return List.of();
    }

    /// The change is made and durable. Cannot be refused.
    ///
    /// @return what could not be done beside the graph, in sentences
    default List<String> made(Committed whole) {
      return List.of();
    }

    /// The change is not made: back to what was.
    default void givenUp() {}
  }
}
