package io.blockgraph.engine;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// Makes a request a user of the graph for as long as it takes, so that it takes permissions like
/// everybody else.
///
/// Any thread. The user is named `command-N`, is seen by everybody and is not remembered.
public final class Commands {
  private final BlockGraph graph;
  private final AtomicLong last = new AtomicLong();

  /// Commands on `graph`.
  public Commands(BlockGraph graph) {
    this.graph = graph;
  }

  /// Runs `work` with `grant` on `node`.
  ///
  /// @throws io.blockgraph.block.BlockException what `work` throws
  public <T> Result<T> with(NodeName node, Grant grant, Function<GatedDisk, Result<T>> work) {
    UserId id = new UserId("command-" + last.incrementAndGet());
    User user = user(id, node, grant);
    Result<Committed> entered =
        graph.commit(Change.of("enter", List.of(new GraphEdit.AddUser(user))).passing());
    if (entered instanceof Result.Rejected<Committed>(Rejection reason)) {
      return new Result.Rejected<>(reason);
    }
    try {
      return work.apply(graph.disk(id, ChildName.ROOT).orElseThrow());
    } finally {
      graph.commit(Change.of("leave", List.of(new GraphEdit.RemoveUser(id))).passing());
    }
  }

  /// Whether `grant` on `node` could be had now; nothing is touched.
  Result<Committed> couldHave(NodeName node, Grant grant) {
    User user = user(new UserId("command-" + last.incrementAndGet()), node, grant);
    return graph.plan(List.of(new GraphEdit.AddUser(user)));
  }

  private static User user(UserId id, NodeName node, Grant grant) {
    return new User(
        id,
        User.Kind.COMMAND,
        List.of(new User.UserEdge(ChildName.ROOT, node, grant, User.OnSwap.FOLLOW)));
  }
}
