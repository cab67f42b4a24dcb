/// How the service is, for operators and their tools: health, the Actuator endpoints `blockgraph`
/// and `blockjobs`, and metrics.
///
/// Everything here is answered from memory. A disk that hangs must not make the one place hang
/// where somebody looks for the reason, so nothing in this package asks a disk, waits for a change
/// of the graph, or for the store.
@NullMarked
package io.blockgraph.actuate;

import org.jspecify.annotations.NullMarked;
