package io.blockgraph.engine;

import io.blockgraph.graph.GraphDiff;

/// A change that was made, or, for a dry run, that could be made.
///
/// @param before the graph before
/// @param after the graph after
/// @param diff what differs
public record Committed(GraphState before, GraphState after, GraphDiff diff) {
  /// What lies between two states of the graph.
  public static Committed between(GraphState before, GraphState after) {
    return new Committed(before, after, GraphDiff.between(before.topology(), after.topology()));
  }
}
