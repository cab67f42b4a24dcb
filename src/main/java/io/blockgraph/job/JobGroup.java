package io.blockgraph.job;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// Jobs that were started as one and end as one: each waits until all of them only need to make
/// their results visible, and one that ends without its result ends the others. A job that was
/// started by itself is alone in its group.
///
/// If one of them becomes final on request, all do, by one request. Any thread.
public final class JobGroup {
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<JobId> expected = new HashSet<>();
  private final Map<JobId, JobRun> members = new LinkedHashMap<>();
  private final Set<JobId> waiting = new HashSet<>();
  private Optional<JobId> failed = Optional.empty();
  private boolean finalizing;

  /// Says that `job` is going to be one of them.
  void expect(JobId job) {
    guarded(() -> expected.add(job));
  }

  /// Says that `job` is not going to be one of them after all.
  void forget(JobId job) {
    guarded(() -> expected.remove(job));
  }

  /// `run` is one of them.
  ///
  /// @return the job that has ended the group already
  Optional<JobId> join(JobRun run) {
    lock.lock();
    try {
      expected.add(run.id());
      members.put(run.id(), run);
      return failed;
    } finally {
      lock.unlock();
    }
  }

  /// `job` only needs to make its result visible.
  void arrive(JobId job) {
    guarded(() -> waiting.add(job));
  }

  /// Whether all of them do.
  boolean hasArrived() {
    lock.lock();
    try {
      return waiting.containsAll(expected);
    } finally {
      lock.unlock();
    }
  }

  /// Whether they become final on request only.
  boolean isFinalOnRequest() {
    lock.lock();
    try {
      return members.values().stream()
          .anyMatch(run -> run.ending().finalizing() == JobEnding.Finalizing.ON_REQUEST);
    } finally {
      lock.unlock();
    }
  }

  /// Lets all of them become final.
  void finalizeAll() {
    guarded(() -> finalizing = true);
  }

  /// Whether somebody has asked for that.
  boolean isFinalizing() {
    lock.lock();
    try {
      return finalizing;
    } finally {
      lock.unlock();
    }
  }

  /// `job` ends without its result: the others do, too.
  void fail(JobId job) {
    List<JobRun> others = List.of();
    lock.lock();
    try {
      if (failed.isEmpty()) {
        failed = Optional.of(job);
        others = members.values().stream().filter(run -> !run.id().equals(job)).toList();
      }
    } finally {
      lock.unlock();
    }
    others.forEach(run -> run.endWith(job));
  }

  private void guarded(Runnable step) {
    lock.lock();
    try {
      step.run();
    } finally {
      lock.unlock();
    }
  }
}
