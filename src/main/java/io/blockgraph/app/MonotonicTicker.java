package io.blockgraph.app;

import io.blockgraph.driver.Opening;
import java.util.concurrent.TimeUnit;

/// The machine's monotonic clock.
final class MonotonicTicker implements Opening.Ticker {
  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public void sleep(long nanos) {
    if (nanos <= 0) {
      return;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(nanos);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a request", e);
    }
  }
}
