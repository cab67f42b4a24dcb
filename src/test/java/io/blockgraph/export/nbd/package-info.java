/// Tests of the NBD server: a client of our own that breaks every rule, and strangers who keep
/// them.
@NullMarked
package io.blockgraph.export.nbd;

import org.jspecify.annotations.NullMarked;
