/// Dirty bitmaps: what was written to a node since some moment, by whoever it was. They are values
/// that a change of the graph replaces, over bits that requests mark.
@NullMarked
package io.blockgraph.engine.bitmap;

import org.jspecify.annotations.NullMarked;
