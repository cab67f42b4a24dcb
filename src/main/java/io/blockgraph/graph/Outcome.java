package io.blockgraph.graph;

/// What a planned change comes to.
public sealed interface Outcome {
  /// The change is possible; this is the graph after it.
  record Planned(Topology next) implements Outcome {}

  /// The change is not possible, for this reason.
  record Refused(Refusal refusal) implements Outcome {}
}
