package io.blockgraph.job;

import java.util.concurrent.CountDownLatch;

/// A job that does nothing until it may end.
class WaitingWork extends QuietWork {
  final CountDownLatch mayEnd = new CountDownLatch(1);

  @Override
  public void run(JobControl control) {
    while (mayEnd.getCount() > 0) {
      control.await(1);
    }
  }
}
