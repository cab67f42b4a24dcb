/// The driver `copy-before-write`: a filter that keeps how a disk looked when it was put above it.
@NullMarked
package io.blockgraph.driver.copybeforewrite;

import org.jspecify.annotations.NullMarked;
