/// Linux as the drivers need it: positioned file I/O, holes, copy offload, byte locks that QEMU
/// understands, and opening of images beneath configured roots only. Everything goes straight to
/// the C library by the foreign-function API; nothing here knows a graph, a driver or a format. See
/// docs/design/os-ffm.md.
@NullMarked
package io.blockgraph.os;

import org.jspecify.annotations.NullMarked;
