package io.blockgraph.job.replication;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Emptiable;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What happens while all users of a secondary are held, right before its replication begins.
///
/// The graph and the disks are looked at once more, for they may have changed; a dry run looks too.
/// Then what the secondary disk holds is made durable, for it is the first checkpoint.
final class Beginning {
  private final NodeSpec replication;
  private final SecondaryDisks disks;
  private @Nullable ReplicationRejection objection;

  Beginning(NodeSpec replication, SecondaryDisks disks) {
    this.replication = replication;
    this.disks = disks;
  }

  /// Why it did not begin, where that was decided here.
  Optional<ReplicationRejection> objection() {
    return Optional.ofNullable(objection);
  }

  /// The last look.
  Optional<Rejection> check(
      GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after) {
    objection =
        ReplicationChecks.rules(replication, disks, now.topology())
            .or(() -> ReplicationChecks.disks(replication.name(), disks, after))
            .orElse(null);
    return objection().map(this::given);
  }

  /// The first checkpoint.
  Optional<Rejection> begin(
      GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after) {
    // Empty they are; this asks whether they can be emptied at all, and not at the first
    // checkpoint.
    ((Emptiable) after.apply(disks.active())).makeEmpty();
    ((Emptiable) after.apply(disks.hidden())).makeEmpty();
    after.apply(disks.secondary()).flush();
    return Optional.empty();
  }

  private Rejection given(ReplicationRejection reason) {
    return reason instanceof ReplicationRejection.Graph(Rejection known)
        ? known
        : new Rejection.WorldBroke(
            Optional.of(replication.name()),
            new BlockException(BlockException.Kind.INVALID, "its disks are not as they must be"));
  }
}
