/// The service provider interface of drivers: how a driver describes its options, rules and nodes,
/// and the registry.
///
/// A driver lives in `io.blockgraph.driver.<name>`, sees its children as
/// [io.blockgraph.block.BlockIo] and never another driver. The host's files reach it through
/// [HostFiles], so that a simulated disk can take their place.
@NullMarked
package io.blockgraph.driver;

import org.jspecify.annotations.NullMarked;
