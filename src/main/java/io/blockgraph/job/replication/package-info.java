/// Replication of a disk to another host by checkpoints (COLO): the driver `replication`, the
/// filter that saves what a primary is about to overwrite, and the verbs that move both along.
///
/// A running replication is no job: nothing of it works by itself, each step is asked for. It owns
/// its disks as a job does, and unlike a job it stands over restarts. See
/// docs/design/replication.md.
@NullMarked
package io.blockgraph.job.replication;

import org.jspecify.annotations.NullMarked;
