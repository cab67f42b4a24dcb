package io.blockgraph.graph;

/// What a graph is valid by: a graph that was planned by the same terms need not be looked at anew.
///
/// @param rules the rules of the drivers
/// @param maxDepth how many nodes a chain may have
record Terms(RuleBook rules, int maxDepth) {}
