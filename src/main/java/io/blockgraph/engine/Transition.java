package io.blockgraph.engine;

import io.blockgraph.graph.GraphDiff;
import io.blockgraph.graph.NodeName;
import java.util.Set;

/// From one live graph to the next.
///
/// @param diff in what the two graphs differ
/// @param rebound the nodes that are another disk after it, or none
record Transition(Live before, Live after, GraphDiff diff, Set<NodeName> rebound) {}
