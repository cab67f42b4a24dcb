/// The story of a broken quorum and its repair, told to a running service over HTTP.
///
/// The demo is a client like any other: it uses nothing of the service but its API, and `qemu-img`
/// as a witness where that is installed. `./run demo` starts it.
@NullMarked
package io.blockgraph.demo;

import org.jspecify.annotations.NullMarked;
