package io.blockgraph.driver;

import java.util.concurrent.atomic.AtomicLong;

/// A clock that moves only when somebody sleeps on it, or is told to.
public final class ManualTicker implements Opening.Ticker {
  private final AtomicLong now = new AtomicLong(1_000_000_000L);
  private final AtomicLong sleeps = new AtomicLong();

  @Override
  public long nanos() {
    return now.get();
  }

  @Override
  public void sleep(long nanos) {
    sleeps.incrementAndGet();
    now.addAndGet(Math.max(0, nanos));
  }

  /// Lets time pass.
  public void advance(long nanos) {
    now.addAndGet(nanos);
  }

  /// How often somebody slept.
  public long sleeps() {
    return sleeps.get();
  }
}
