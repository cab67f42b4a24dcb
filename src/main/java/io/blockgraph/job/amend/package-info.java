/// Jobs that amend images under nodes: keys, version, flags.
@NullMarked
package io.blockgraph.job.amend;

import org.jspecify.annotations.NullMarked;
