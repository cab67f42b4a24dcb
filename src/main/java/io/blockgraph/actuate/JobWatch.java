package io.blockgraph.actuate;

import io.blockgraph.job.JobId;
import io.blockgraph.job.JobRecord;
import io.blockgraph.job.Jobs;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Looks at the jobs, out of memory alone, and remembers what it saw. Any thread.
final class JobWatch {
  private final Jobs jobs;
  private final JobChecks checks;
  private final InstantSource clock;
  private final Memory memory = new Memory();
  private Map<JobId, JobTrack> tracks = Map.of();

  JobWatch(Jobs jobs, HealthSettings settings, InstantSource clock) {
    this.jobs = jobs;
    this.checks = new JobChecks(settings);
    this.clock = clock;
  }

  /// What one look saw.
  record Look(List<JobState> jobs, Instant at) {
    /// The worst of all jobs; none is good.
    Condition condition() {
      return jobs.isEmpty()
          ? Condition.GOOD
          : Condition.worst(jobs.stream().map(JobState::condition).toList());
    }

    /// The jobs in trouble, by the sort of the check.
    Map<String, List<String>> trouble() {
      NamedBySort named = new NamedBySort(Condition::isTrouble);
      jobs.forEach(state -> named.add(state.job().id().value(), state.checks()));
      return named.all();
    }
  }

  /// How a job is.
  record JobState(JobRecord job, JobTrack track, List<Checked> checks) {
    Condition condition() {
      return Condition.worst(checks.stream().map(Checked::condition).toList());
    }
  }

  /// Looks now. One look at a time, so that what is seen of a job never goes back.
  synchronized Look look() {
    Instant now = clock.instant();
    List<JobRecord> all = jobs.glance();
    Map<JobId, JobTrack> next = new HashMap<>();
    Map<String, List<Finding>> found = new LinkedHashMap<>();
    for (JobRecord job : all) {
      JobTrack before = tracks.get(job.id());
      JobTrack track = before == null ? JobTrack.begin(job, now) : before.seen(job, now);
      next.put(job.id(), track);
      found.put(job.id().value(), checks.of(job, track, now));
    }
    tracks = next;
    Map<String, List<Checked>> dated = memory.dated(found, now);
    List<JobState> states = new ArrayList<>();
    for (JobRecord job : all) {
      JobTrack track = next.get(job.id());
      List<Checked> checked = dated.get(job.id().value());
      if (track != null && checked != null) {
        states.add(new JobState(job, track, checked));
      }
    }
    return new Look(states, now);
  }
}
