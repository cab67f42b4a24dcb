/// The driver `file`: the bytes of a file of the host, guarded against other processes by the locks
/// QEMU uses.
@NullMarked
package io.blockgraph.driver.file;

import org.jspecify.annotations.NullMarked;
