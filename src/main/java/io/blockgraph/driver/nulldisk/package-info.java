/// The driver `null`: a disk that keeps nothing, for measuring and for tests.
@NullMarked
package io.blockgraph.driver.nulldisk;

import org.jspecify.annotations.NullMarked;
