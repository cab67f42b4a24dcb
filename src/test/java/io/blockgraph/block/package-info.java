/// Disks for tests.
@NullMarked
package io.blockgraph.block;

import org.jspecify.annotations.NullMarked;
