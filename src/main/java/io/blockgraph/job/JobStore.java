package io.blockgraph.job;

import java.util.List;

/// Where jobs are remembered, so that a finished one can be read after a restart and an interrupted
/// one is known for it.
///
/// Any thread. Each method is durable when it returns.
public interface JobStore {
  /// Remembers a job as it is now, in the place of what was remembered of it before.
  ///
  /// A progress or an error's rejection need not be kept in full: codes, sentences and numbers must
  /// be.
  void save(JobRecord job);

  /// Forgets a job; nothing happens when it is not known.
  void forget(JobId id);

  /// Every job that is remembered, oldest first.
  List<JobRecord> load();
}
