/// The graph as a value: nodes, edges with permissions, users, edits, and the pure rules that say
/// what may become of them.
///
/// Nothing here opens a file, waits or remembers: [Topology] is immutable, [Planner] is a function.
@NullMarked
package io.blockgraph.graph;

import org.jspecify.annotations.NullMarked;
