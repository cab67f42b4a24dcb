/// The driver `snapshot-access`: shows the moment that a `copy-before-write` node keeps.
@NullMarked
package io.blockgraph.driver.snapshotaccess;

import org.jspecify.annotations.NullMarked;
