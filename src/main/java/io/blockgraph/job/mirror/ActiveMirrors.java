package io.blockgraph.job.mirror;

import io.blockgraph.job.JobId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The mirrors under way, by job: how the filter that is opened for a job finds what it shares with
/// it. Any thread.
///
/// One object is given to the driver ([MirrorTop]) and to [MirrorJobs].
public final class ActiveMirrors {
  private final Map<JobId, Tracker> trackers = new ConcurrentHashMap<>();

  /// Lets `job` begin; false when another request is starting a job of the same id right now.
  boolean add(JobId job, Tracker tracker) {
    return trackers.putIfAbsent(job, tracker) == null;
  }

  void remove(JobId job) {
    trackers.remove(job);
  }

  Optional<Tracker> find(JobId job) {
    return Optional.ofNullable(trackers.get(job));
  }
}
