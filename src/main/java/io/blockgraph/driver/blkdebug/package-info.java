/// The driver `blkdebug`: a filter that fails requests on purpose and takes or keeps permissions on
/// purpose.
@NullMarked
package io.blockgraph.driver.blkdebug;

import org.jspecify.annotations.NullMarked;
