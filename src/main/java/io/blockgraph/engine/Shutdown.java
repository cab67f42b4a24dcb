package io.blockgraph.engine;

import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Closes a whole graph in order.
final class Shutdown {
  private Shutdown() {}

  /// Closes every node, parents before children, so that a format can still write to its file.
  ///
  /// @throws RuntimeException the first failure, a `BlockException` or a mistake of ours, after
  ///   every node was closed; so an Error
  static void closeAll(Live live) {
    Topology topology = live.state().topology();
    Set<NodeName> all = new LinkedHashSet<>();
    topology.nodes().stream().map(NodeSpec::name).forEach(all::add);
    @Nullable Throwable first = null;
    for (NodeName name : Cone.childrenFirst(topology, all).reversed()) {
      try {
        live.node(name).close(Live.childrenOf(name, topology, live.bound()));
      } catch (RuntimeException | Error e) {
        // The others may have data that only their end writes.
        first = first == null ? e : first;
      }
    }
    switch (first) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case null, default -> {}
    }
  }
}
