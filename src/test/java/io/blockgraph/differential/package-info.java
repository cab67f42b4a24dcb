/// The same commands to Blockgraph and to a qemu-storage-daemon, and whatever differs in what they
/// answer and in what comes of it. What may differ stands in [IntendedDifference].
package io.blockgraph.differential;
