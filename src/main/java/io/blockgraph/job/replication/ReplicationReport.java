package io.blockgraph.job.replication;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// A replication as it is now.
///
/// @param stage how far it is
/// @param since when the stage began
/// @param checkpointAt when the last checkpoint was taken
/// @param error what went wrong and still holds
/// @param verbs what may be asked of it now
/// @param disks the three disks of a secondary
/// @param saved what was saved for a secondary that runs
/// @param revision the graph's
public record ReplicationReport(
    NodeName node,
    Mode mode,
    Stage stage,
    Optional<Instant> since,
    Optional<Instant> checkpointAt,
    Optional<String> error,
    Set<ReplicationVerb> verbs,
    Optional<SecondaryDisks> disks,
    Optional<Saved> saved,
    long revision) {
  /// What a secondary keeps of the primary's overwritten bytes.
  ///
  /// @param filter the filter that saves it
  /// @param savedBytes since the last checkpoint, or the start of the service
  /// @param failedWrites writes that were refused because nothing could be saved
  public record Saved(NodeName filter, long savedBytes, long failedWrites) {}

  static ReplicationReport of(NodeSpec spec, BlockGraph.View view) {
    Mode mode = ReplicationDriver.modeOf(spec);
    Standing standing = Standing.of(spec.options());
    var graph = view.state().topology();
    Optional<SecondaryDisks> disks =
        mode == Mode.SECONDARY
                && SecondaryDisks.below(spec, graph)
                    instanceof ReplicationResult.Done<SecondaryDisks>(var found)
            ? Optional.of(found)
            : Optional.empty();
    NodeName filter = ReplicationEdits.of(spec, graph).filter();
    Optional<ReplicationTopNode> top =
        graph.node(filter).map(_ -> ((ReplicationTopDisk) view.disk(filter)).node());
    ReplicationNode node = ((ReplicationDisk) view.disk(spec.name())).node();
    Stage stage = node.stage(standing);
    return new ReplicationReport(
        spec.name(),
        mode,
        stage,
        standing.since(),
        standing.checkpointAt(),
        node.error(standing)
            .or(() -> top.filter(_ -> node.isSince(standing)).flatMap(ReplicationTopNode::error)),
        stage.verbs(mode),
        disks,
        top.map(t -> new Saved(filter, t.savedBytes(), t.failedWrites())),
        view.state().revision());
  }
}
