/// The commit job: brings down into one disk of a backing chain what the disks above it hold, and
/// takes these out of the chain. The design note is docs/design/chains.md.
@NullMarked
package io.blockgraph.job.commit;

import org.jspecify.annotations.NullMarked;
