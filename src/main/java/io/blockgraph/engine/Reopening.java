package io.blockgraph.engine;

import io.blockgraph.engine.Transactions.Outcome;
import io.blockgraph.graph.NodeName;
import java.util.List;
import java.util.OptionalLong;

/// Changes of several nodes that are in use, as one: all of them or none. Any thread.
///
/// Other than in a transaction each is decided on the graph as it is, and only what all of them
/// come to has to be valid, not what lies between: two nodes can trade their backing disks.
public final class Reopening {
  private final BlockGraph graph;
  private final Nodes nodes;

  /// Changes of nodes of `graph`.
  public Reopening(BlockGraph graph) {
    this.graph = graph;
    this.nodes = new Nodes(graph);
  }

  /// What shall be different about a node.
  public record Wish(NodeName node, NodePatch patch) {}

  /// Makes all of `wishes`, which are of different nodes.
  ///
  /// @return what all come to; or the first that cannot be along with those before it
  public Outcome make(List<Wish> wishes, Ask ask) {
    return switch (graph.make(sum(wishes), ask)) {
      case Result.Done<Operation.Made>(Operation.Made made) ->
          new Outcome.Done(List.of(made), made.committed(), List.of());
      case Result.Rejected<Operation.Made>(Rejection reason) -> blamed(wishes, reason);
    };
  }

  /// The sum of `wishes`, which are of different nodes.
  public Operation sum(List<Wish> wishes) {
    return view -> {
      Result<Change> sum =
          nodes.changing(wishes.getFirst().node(), wishes.getFirst().patch()).on(view);
      for (Wish wish : wishes.subList(1, wishes.size())) {
        Operation next = nodes.changing(wish.node(), wish.patch());
        sum = sum.then(before -> next.on(view).then(more -> new Result.Done<>(before.and(more))));
      }
      return sum.then(
          change -> new Result.Done<>(change.expecting(OptionalLong.of(view.state().revision()))));
    };
  }

  /// The shortest beginning of the list that is refused ends with the one to blame. A reason that
  /// does not come again on trial (the world broke, the graph has changed) is nobody's fault alone.
  private Outcome blamed(List<Wish> wishes, Rejection reason) {
    for (int count = 1; count <= wishes.size(); count++) {
      Operation beginning = sum(wishes.subList(0, count));
      if (graph.onTrial(beginning::rehearse)
          instanceof Result.Rejected<Operation.Made>(var again)) {
        return new Outcome.Refused(count - 1, count == wishes.size() ? reason : again);
      }
    }
    return new Outcome.Refused(wishes.size(), reason);
  }
}
