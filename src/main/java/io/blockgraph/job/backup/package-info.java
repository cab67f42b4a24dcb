/// The backup job: copies a disk as it is at one moment to another disk, while clients go on. The
/// design note is docs/design/backup.md.
@NullMarked
package io.blockgraph.job.backup;

import org.jspecify.annotations.NullMarked;
