package io.blockgraph.engine;

import io.blockgraph.driver.NodeRequest;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.FilterPlaces;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Ruling;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/// Puts filters between a node and those who use it, while they use it, and takes them out again.
/// Any thread.
public final class Filters {
  private final BlockGraph graph;

  /// Filters in `graph`.
  public Filters(BlockGraph graph) {
    this.graph = graph;
  }

  /// A filter that is asked for.
  ///
  /// @param node the node it shall show; the request says so too
  /// @param edges the edges that shall lead to it, all that can when empty
  public record Request(NodeName node, NodeRequest filter, Set<EdgeId> edges) {
    /// Copies `edges`.
    public Request {
      edges = Set.copyOf(edges);
    }
  }

  /// Adds a filter above a node and lets the node's parents use it.
  public Result<Committed> insert(Request request, Ask ask) {
    return make(inserting(request), ask);
  }

  /// Takes `filter` out from above `node`; its parents use the node again, and the filter is gone.
  public Result<Committed> remove(NodeName node, NodeName filter, Ask ask) {
    return make(removing(node, filter), ask);
  }

  private Result<Committed> make(Operation operation, Ask ask) {
    return graph.make(operation, ask).then(made -> new Result.Done<>(made.committed()));
  }

  /// Putting a filter in, on whatever graph.
  public Operation inserting(Request request) {
    return view -> insertion(request, view.state());
  }

  private Result<Change> insertion(Request request, GraphState now) {
    NodeName filter = request.filter().name().orElseThrow();
    if (now.topology().node(request.node()).isEmpty()) {
      return refused(new Refusal.NodeNotFound(request.node()));
    }
    FilterPlaces places = new FilterPlaces(now.topology(), graph.drivers());
    Ruling<List<GraphEdit>> moves =
        request.edges().isEmpty()
            ? places.above(request.node(), filter)
            : places.above(request.node(), filter, request.edges());
    return switch (moves) {
      case Ruling.Refused<List<GraphEdit>>(Refusal refusal) -> refused(refusal);
      case Ruling.Allowed<List<GraphEdit>>(List<GraphEdit> edits) -> {
        List<GraphEdit> all =
            new ArrayList<>(
                NewNodes.edits(request.filter(), NodeSpec.Origin.NAMED, now.topology()));
        all.addAll(edits);
        String what = "put filter '" + filter + "' above node '" + request.node() + "'";
        yield decided(Change.of(what, all), now);
      }
    };
  }

  /// Taking a filter out, on whatever graph.
  public Operation removing(NodeName node, NodeName filter) {
    return view -> {
      GraphState now = view.state();
      return switch (new FilterPlaces(now.topology(), graph.drivers()).without(filter, node)) {
        case Ruling.Refused<List<GraphEdit>>(Refusal refusal) -> refused(refusal);
        case Ruling.Allowed<List<GraphEdit>>(List<GraphEdit> edits) -> {
          String what = "take filter '" + filter + "' out from above node '" + node + "'";
          yield decided(Change.of(what, edits), now);
        }
      };
    };
  }

  /// Which edges move is decided on this graph and no other.
  private static Result<Change> decided(Change change, GraphState now) {
    return new Result.Done<>(change.expecting(OptionalLong.of(now.revision())));
  }

  private static Result<Change> refused(Refusal refusal) {
    return new Result.Rejected<>(new Rejection.RuleBroken(refusal));
  }
}
