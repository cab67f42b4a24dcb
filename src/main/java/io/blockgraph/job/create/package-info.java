/// Jobs that make images: in a new file, or in what a node holds.
@NullMarked
package io.blockgraph.job.create;

import org.jspecify.annotations.NullMarked;
