/// The mirror job: copies a disk while clients read and write it, follows their writes, and in the
/// end lets the copy take the place of a node. The design note is docs/design/mirror.md.
@NullMarked
package io.blockgraph.job.mirror;

import org.jspecify.annotations.NullMarked;
