/// The driver `copy-on-read`: a filter that brings what is read from deeper layers up into the
/// layer below it.
@NullMarked
package io.blockgraph.driver.copyonread;

import org.jspecify.annotations.NullMarked;
