/// The qcow2 image format: read and write of versions 2 and 3, its checker, its creator and the
/// driver on top.
///
/// The format is the one of the public qcow2 specification. [Qcow2Image] holds the state of an open
/// image, [Qcow2Io] is what a user of the graph sees; docs/design/qcow2.md tells the order of
/// writes and the rules of concurrency.
@NullMarked
package io.blockgraph.driver.qcow2;

import org.jspecify.annotations.NullMarked;
