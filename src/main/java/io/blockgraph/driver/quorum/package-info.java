/// The driver `quorum`: several disks that should hold the same, and what most of them say.
@NullMarked
package io.blockgraph.driver.quorum;

import org.jspecify.annotations.NullMarked;
