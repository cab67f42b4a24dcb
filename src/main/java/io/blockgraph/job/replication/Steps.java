package io.blockgraph.job.replication;

import io.blockgraph.engine.Ask;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;

/// Changes of the graph in the words of replications.
final class Steps {
  private Steps() {}

  /// Plans `change` for a dry run, else makes it.
  static ReplicationResult<Committed> make(BlockGraph graph, Change change, Ask ask) {
    return answer(
        switch (ask.mode()) {
          case DRY_RUN -> graph.plan(change.edits(), ask.expected());
          case DO -> graph.commit(change.expecting(ask.expected()));
        });
  }

  private static ReplicationResult<Committed> answer(Result<Committed> result) {
    return switch (result) {
      case Result.Done<Committed>(Committed committed) -> new ReplicationResult.Done<>(committed);
      case Result.Rejected<Committed>(Rejection reason) ->
          new ReplicationResult.Rejected<>(new ReplicationRejection.Graph(reason));
    };
  }
}
