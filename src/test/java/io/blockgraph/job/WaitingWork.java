package io.blockgraph.job;

import io.blockgraph.graph.Options;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// A job that does nothing until it may end.
class WaitingWork implements JobWork {
  final CountDownLatch mayEnd = new CountDownLatch(1);

  @Override
  public void run(JobControl control) {
    while (mayEnd.getCount() > 0) {
      control.await(1);
    }
  }

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
