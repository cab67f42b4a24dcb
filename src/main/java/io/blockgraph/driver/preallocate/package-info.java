/// The driver `preallocate`: a filter below a format that gets room from the file system in large
/// pieces, before it is written.
@NullMarked
package io.blockgraph.driver.preallocate;

import org.jspecify.annotations.NullMarked;
