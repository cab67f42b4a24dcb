package io.blockgraph.job;

import io.blockgraph.block.StackSize;

/// The bounds of all jobs.
///
/// @param active how many jobs may be under way at once
/// @param kept how many jobs that are over are kept; the oldest go first
/// @param closeDeadlineMs how long closing waits for jobs to tidy up
/// @param progressIntervalMs how long at least lies between two events of progress of a job
/// @param stack what its threads need
public record JobLimits(
    int active, int kept, long closeDeadlineMs, long progressIntervalMs, StackSize stack) {
  /// What holds when nothing is configured.
  public static final JobLimits DEFAULT = new JobLimits(128, 1000, 20_000, 250, StackSize.DEFAULT);

  /// The same with other stacks.
  public JobLimits withStack(StackSize other) {
    return new JobLimits(active, kept, closeDeadlineMs, progressIntervalMs, other);
  }
}
