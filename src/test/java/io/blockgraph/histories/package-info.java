/// Whole histories of graphs, drawn at random: clients write, jobs run, nodes come and go, and in
/// the end nothing is lost. docs/testing.md tells how to replay one.
@NullMarked
package io.blockgraph.histories;

import org.jspecify.annotations.NullMarked;
