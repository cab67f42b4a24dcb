/// The owner of the live graph: it carries planned changes out on open nodes, holds users back
/// while it does, and remembers each through a port, so that a restart finds the graph as it was
/// before or after every change.
@NullMarked
package io.blockgraph.engine;

import org.jspecify.annotations.NullMarked;
