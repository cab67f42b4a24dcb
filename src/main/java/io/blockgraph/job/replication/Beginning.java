package io.blockgraph.job.replication;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Emptiable;
import io.blockgraph.engine.Change;
import io.blockgraph.engine.GraphState;
import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.NodeName;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What is done while all users of a secondary are held, right before its replication begins: the
/// disks are looked at once more, and what the secondary disk holds is made durable, for it is the
/// first checkpoint.
final class Beginning implements Change.WhileHeld {
  private final NodeName replication;
  private final SecondaryDisks disks;
  private @Nullable ReplicationRejection objection;

  Beginning(NodeName replication, SecondaryDisks disks) {
    this.replication = replication;
    this.disks = disks;
  }

  /// Why it did not begin, where that was decided here.
  Optional<ReplicationRejection> objection() {
    return Optional.ofNullable(objection);
  }

  @Override
  public Optional<Rejection> run(
      GraphState now, Function<NodeName, BlockIo> before, Function<NodeName, BlockIo> after) {
    objection = ReplicationChecks.disks(replication, disks, after).orElse(null);
    if (objection != null) {
      return Optional.of(given(objection));
    }
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
            Optional.of(replication),
            new BlockException(BlockException.Kind.INVALID, "its disks are not as they must be"));
  }
}
