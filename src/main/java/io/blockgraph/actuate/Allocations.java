package io.blockgraph.actuate;

import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;

/// How much storage nodes take, asked on a thread of its own: the storage may take its time. A
/// figure that is too old is not told. Any thread reads.
final class Allocations {
  private static final int ROUNDS_KEPT = 4;

  private final BlockGraph graph;
  private final InstantSource clock;
  private final Duration every;
  private final Map<NodeName, Figure> figures = new ConcurrentHashMap<>();

  private record Figure(long bytes, Instant at) {}

  Allocations(BlockGraph graph, InstantSource clock, Duration every) {
    this.graph = graph;
    this.clock = clock;
    this.every = every;
  }

  /// Asks the storage of every node; may wait for it.
  void measure() {
    var topology = graph.state().topology();
    figures.keySet().removeIf(node -> topology.node(node).isEmpty());
    for (NodeSpec node : topology.nodes()) {
      graph
          .allocatedBytes(node.name())
          .ifPresent(bytes -> figures.put(node.name(), new Figure(bytes, clock.instant())));
    }
  }

  /// What the node took lately.
  OptionalLong of(NodeName node) {
    Figure figure = figures.get(node);
    Instant oldest = clock.instant().minus(every.multipliedBy(ROUNDS_KEPT));
    return figure == null || figure.at().isBefore(oldest)
        ? OptionalLong.empty()
        : OptionalLong.of(figure.bytes());
  }
}
