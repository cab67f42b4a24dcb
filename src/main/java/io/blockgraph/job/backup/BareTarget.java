package io.blockgraph.job.backup;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.copy.TargetImages;
import java.util.Optional;

/// Watches that a target whose zeroes may be holes does not get a backing disk, which would show
/// through them. Any thread.
///
/// @param node the target
/// @param graph the graph it is in
record BareTarget(NodeName node, Optional<BlockGraph> graph) {
  /// Of a target whose zeroes are its own.
  static final BareTarget NOT_NEEDED = new BareTarget(new NodeName("none"), Optional.empty());

  BareTarget(NodeName node, BlockGraph graph) {
    this(node, Optional.of(graph));
  }

  /// The backing disk it has got.
  Optional<NodeName> backing() {
    return graph.flatMap(
        g ->
            TargetImages.of(node, g.state().topology(), g.drivers()).backings().values().stream()
                .flatMap(Optional::stream)
                .findFirst());
  }
}
