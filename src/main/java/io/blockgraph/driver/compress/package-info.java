/// The driver `compress`: a filter that has an image store compressed what is written.
@NullMarked
package io.blockgraph.driver.compress;

import org.jspecify.annotations.NullMarked;
