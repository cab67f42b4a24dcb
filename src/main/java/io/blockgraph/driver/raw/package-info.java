/// The driver `raw`: its file as a disk, or a window of fixed length into it.
@NullMarked
package io.blockgraph.driver.raw;

import org.jspecify.annotations.NullMarked;
