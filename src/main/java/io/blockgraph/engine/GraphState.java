package io.blockgraph.engine;

import io.blockgraph.graph.Topology;

/// The graph at one moment.
///
/// @param revision grows by one with every lasting change
/// @param topology the graph
public record GraphState(long revision, Topology topology) {}
