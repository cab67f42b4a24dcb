package io.blockgraph.graph;

import java.util.Optional;

/// Nodes that a job owns: those it has an edge to. Nobody else may resize them, snapshot them, or
/// mirror from or to them.
public final class Busy {
  private Busy() {}

  /// The first job that owns `node`.
  public static Optional<UserId> ownerOf(Topology graph, NodeName node) {
    for (Edge edge : graph.parentsOf(node)) {
      if (edge.parent() instanceof Parent.OfUser(UserId user, User.Kind kind)
          && kind == User.Kind.JOB) {
        return Optional.of(user);
      }
    }
    return Optional.empty();
  }

  /// [Refusal.NodeNotFound] when `node` is not there, [Refusal.NodeBusy] when a job owns it.
  public static Optional<Refusal> objection(Topology graph, NodeName node) {
    return graph.node(node).isEmpty()
        ? Optional.of(new Refusal.NodeNotFound(node))
        : ownerOf(graph, node).map(job -> new Refusal.NodeBusy(node, job));
  }
}
