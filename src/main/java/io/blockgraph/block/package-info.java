/// The data-path contract: what a bound disk can do, said without knowing any graph, driver or
/// protocol.
///
/// Everything that moves bytes (drivers, jobs, exports) speaks [BlockIo] and asks for more by
/// pattern (`if (io instanceof Zeroable z)`).
@NullMarked
package io.blockgraph.block;

import org.jspecify.annotations.NullMarked;
