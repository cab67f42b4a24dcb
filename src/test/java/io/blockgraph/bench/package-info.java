/// How fast a qcow2 node is, measured side by side with QEMU. Started by `bench/run`; no test.
@NullMarked
package io.blockgraph.bench;

import org.jspecify.annotations.NullMarked;
