package io.blockgraph.job.replication;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.Committed;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.engine.Trial;
import java.util.OptionalLong;
import java.util.function.Function;

/// Where a verb looks and makes its changes: in the graph, or on a trial of it. The rest of a verb
/// is the same for both, so that a dry run answers as the verb would.
sealed interface Steps {
  /// Looks at the open nodes; they stay open until `look` returns.
  <T> T look(Function<BlockGraph.View, T> look);

  /// Makes `change`, in the words of replications.
  ReplicationResult<Committed> make(Change change);

  /// In the graph.
  ///
  /// @param expected the revision the caller insists on
  record Real(BlockGraph graph, OptionalLong expected) implements Steps {
    @Override
    public <T> T look(Function<BlockGraph.View, T> look) {
      return graph.inspect(look);
    }

    @Override
    public ReplicationResult<Committed> make(Change change) {
      return answer(graph.commit(change.expecting(expected)));
    }
  }

  /// On a trial, where nothing is done but decided as it would be.
  ///
  /// @param expected the revision the caller insists on
  record Played(Trial trial, OptionalLong expected) implements Steps {
    @Override
    public <T> T look(Function<BlockGraph.View, T> look) {
      return look.apply(trial.view());
    }

    @Override
    public ReplicationResult<Committed> make(Change change) {
      return answer(trial.make(change.expecting(expected)));
    }
  }

  private static ReplicationResult<Committed> answer(Result<Committed> result) {
    return switch (result) {
      case Result.Done<Committed>(Committed committed) -> new ReplicationResult.Done<>(committed);
      case Result.Rejected<Committed>(Rejection reason) ->
          new ReplicationResult.Rejected<>(new ReplicationRejection.Graph(reason));
    };
  }
}
