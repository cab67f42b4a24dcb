package io.blockgraph.engine;

import io.blockgraph.engine.NodeTraffic.Operation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// The buckets that times are counted in, for each kind of request.
///
/// @param boundsNanos growing upper bounds; a kind that is not named has the usual ones
public record Bins(Map<Operation, List<Long>> boundsNanos) {
  /// The usual buckets for all kinds.
  public static final Bins USUAL = new Bins(Map.of());

  /// Copies `boundsNanos`.
  public Bins {
    boundsNanos = Map.copyOf(boundsNanos);
  }

  /// The upper bounds for one kind.
  public List<Long> of(Operation operation) {
    return boundsNanos.getOrDefault(operation, Latencies.USUAL_BOUNDS);
  }

  /// Empty buckets, by the ordinal of the kind.
  Latencies[] latencies() {
    return Arrays.stream(Operation.values())
        .map(operation -> new Latencies(of(operation)))
        .toArray(Latencies[]::new);
  }
}
