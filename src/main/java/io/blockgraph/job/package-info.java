/// Long work on the graph: the life of a job, the verbs that steer it, its progress and its record.
///
/// What a job does is a [JobWork] in a package of its own (`job.mirror`). The framework knows no
/// kind of job; a job knows the graph only through the engine.
@NullMarked
package io.blockgraph.job;

import org.jspecify.annotations.NullMarked;
