/// How fast a qcow2 node is, measured side by side with QEMU, and which way a quorum asks its
/// children best. Started by `bench/run`; no test.
@NullMarked
package io.blockgraph.bench;

import org.jspecify.annotations.NullMarked;
