/// Foreign tools as judges of what Blockgraph wrote: qemu-img, qemu-io, qemu-storage-daemon,
/// libnbd's tools and fio.
///
/// Each call has a deadline and fails with the command and all that it printed. Where a tool is not
/// installed the test is skipped with the name of its Debian package, or fails when the environment
/// says `CI=true`.
@NullMarked
package io.blockgraph.strangers;

import org.jspecify.annotations.NullMarked;
