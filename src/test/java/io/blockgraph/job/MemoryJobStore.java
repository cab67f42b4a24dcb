package io.blockgraph.job;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Remembers jobs for as long as the test keeps it.
public final class MemoryJobStore implements JobStore {
  private final Map<JobId, JobRecord> jobs = new LinkedHashMap<>();

  @Override
  public synchronized void save(JobRecord job) {
    jobs.put(job.id(), job);
  }

  @Override
  public synchronized void forget(JobId id) {
    jobs.remove(id);
  }

  @Override
  public synchronized List<JobRecord> load() {
    return new ArrayList<>(jobs.values());
  }
}
