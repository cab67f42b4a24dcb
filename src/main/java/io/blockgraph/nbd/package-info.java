/// What a server and a client of the NBD protocol have in common: its numbers, TLS over a socket,
/// and the files that TLS is made of.
@NullMarked
package io.blockgraph.nbd;

import org.jspecify.annotations.NullMarked;
