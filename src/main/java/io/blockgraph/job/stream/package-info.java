/// The stream job: brings up into one disk of a backing chain what the disks below it hold, while
/// clients go on, and takes these out of the chain. The design note is docs/design/chains.md.
@NullMarked
package io.blockgraph.job.stream;

import org.jspecify.annotations.NullMarked;
