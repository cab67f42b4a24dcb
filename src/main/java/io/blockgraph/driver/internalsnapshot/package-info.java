/// The driver `internal-snapshot`: a disk as an internal snapshot of an image has it, to be read.
@NullMarked
package io.blockgraph.driver.internalsnapshot;

import org.jspecify.annotations.NullMarked;
