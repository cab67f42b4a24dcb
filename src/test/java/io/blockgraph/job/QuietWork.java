package io.blockgraph.job;

import io.blockgraph.graph.Options;
import java.util.Optional;

/// A job that has nothing to settle, to tidy up, to tell or to change.
abstract class QuietWork implements JobWork {
  @Override
  public Settled settle(JobControl control) {
    return Settled.DONE;
  }

  @Override
  public Optional<String> abandon() {
    return Optional.empty();
  }

  @Override
  public JobProgress progress() {
    return JobProgress.NONE;
  }

  @Override
  public Options details() {
    return Options.NONE;
  }

  @Override
  public Optional<JobRejection> change(Options change) {
    return Optional.empty();
  }
}
