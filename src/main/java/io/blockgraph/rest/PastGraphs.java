package io.blockgraph.rest;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.GraphHistory;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.PastGraph;
import io.blockgraph.graph.Outcome;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import java.util.Optional;
import org.springframework.stereotype.Component;

/// The graph as it was. Any thread.
@Component
final class PastGraphs {
  private final BlockGraph graph;
  private final GraphHistory history;

  PastGraphs(BlockGraph graph, GraphHistory history) {
    this.graph = graph;
    this.history = history;
  }

  GraphHistory history() {
    return history;
  }

  /// The graph at `revision`; as it is now, with those who pass through, when that is the one.
  ///
  /// @throws ProblemException REVISION_NOT_FOUND
  GraphState at(long revision) {
    return find(revision)
        .orElseThrow(
            () ->
                notFound(
                    "the graph at revision "
                        + revision
                        + (revision > graph.state().revision()
                            ? " is not there yet"
                            : " is not remembered")));
  }

  /// The same, if it is remembered.
  Optional<GraphState> find(long revision) {
    GraphState now = graph.state();
    if (now.revision() == revision) {
      return Optional.of(now);
    }
    return history.at(revision).map(past -> new GraphState(revision, topology(past)));
  }

  private Topology topology(GraphHistory.Past past) {
    return switch (PastGraph.plan(past, graph.planner())) {
      case Outcome.Planned(Topology topology) -> topology;
      case Outcome.Refused(Refusal refusal) ->
          throw notFound(
              "the rules of today do not let the graph be as it was at revision "
                  + past.revision()
                  + ": "
                  + RefusalProblems.of(refusal).detail());
    };
  }

  static ProblemException notFound(String detail) {
    return new ProblemException(ProblemKind.REVISION_NOT_FOUND, detail);
  }
}
