package io.blockgraph.driver;

import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/// Keeps one teller from flooding the events: at most [#MOST_PER_SECOND] are told in a second. The
/// next one that is told says how many were left out. Any thread.
public final class EventBound {
  /// So many are told in one second.
  public static final int MOST_PER_SECOND = 20;

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanos;
  private long second;
  private int told;
  private long untold;

  /// A bound by the clock `nanos`.
  public EventBound(LongSupplier nanos) {
    this.nanos = nanos;
    this.second = nanos.getAsLong();
  }

  /// Lets `teller` tell, or counts that it did not.
  ///
  /// The lock orders the events of one teller, and is held for no I/O: telling never waits.
  ///
  /// @param teller is given how many were left out before it
  public synchronized void tell(LongConsumer teller) {
    long now = nanos.getAsLong();
    if (now - second >= SECOND) {
      second = now;
      told = 0;
    }
    if (told == MOST_PER_SECOND) {
      untold++;
      return;
    }
    told++;
    teller.accept(untold);
    untold = 0;
  }
}
