package io.blockgraph.engine;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/// Makes a request a user of the graph for as long as it takes, so that it takes permissions like
/// everybody else.
///
/// Any thread. The user is named `command-N`, is seen by everybody and is not remembered. While a
/// job has a filter above the node, the user comes in above the filter, as those are who were there
/// when the job began: the job has to see what is written.
public final class Commands {
  private final BlockGraph graph;

  /// How often the way in is looked for anew when a job begins or ends in between.
  private static final int ATTEMPTS = 5;

  private final AtomicLong last = new AtomicLong();

  /// Commands on `graph`.
  public Commands(BlockGraph graph) {
    this.graph = graph;
  }

  /// Runs `work` with `grant` on `node`.
  ///
  /// @throws io.blockgraph.block.BlockException what `work` throws
  public <T> Result<T> with(NodeName node, Grant grant, Function<GatedDisk, Result<T>> work) {
    return enter(node, grant)
        .then(
            id -> {
              try {
                return work.apply(graph.disk(id, ChildName.ROOT).orElseThrow());
              } finally {
                leave(id);
              }
            });
  }

  /// Makes a user with `grant` on `node`, who is there until [#leave].
  Result<UserId> enter(NodeName node, Grant grant) {
    Optional<NodeSpec> spec = graph.state().topology().node(node);
    if (spec.isPresent() && !spec.get().active()) {
      return new Result.Rejected<>(
          new Rejection.RuleBroken(new Refusal.NodeInactive(node, Optional.empty())));
    }
    UserId id = new UserId("command-" + last.incrementAndGet());
    return enter(id, node, grant).then(_ -> new Result.Done<>(id));
  }

  /// Takes out a user of [#enter].
  void leave(UserId id) {
    Departure.from(graph, id);
  }

  private Result<Committed> enter(UserId id, NodeName node, Grant grant) {
    for (int attempt = 1; ; attempt++) {
      NodeName in = graph.wayIn(node);
      GraphEdit join = new GraphEdit.AddUser(user(id, in, grant));
      Result<Committed> entered = graph.commit(Change.of("enter", List.of(join)).passing());
      boolean overtaken =
          entered instanceof Result.Rejected<Committed> && !in.equals(graph.wayIn(node));
      if (!overtaken || attempt == ATTEMPTS) {
        return entered;
      }
    }
  }

  private static User user(UserId id, NodeName node, Grant grant) {
    return new User(
        id,
        User.Kind.COMMAND,
        List.of(new User.UserEdge(ChildName.ROOT, node, grant, User.OnSwap.FOLLOW)));
  }
}
