/// What jobs that copy have in common: threads that copy, their speed, and what becomes of a job
/// when a disk fails. It knows no kind of job.
@NullMarked
package io.blockgraph.job.copy;

import org.jspecify.annotations.NullMarked;
