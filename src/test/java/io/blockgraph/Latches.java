package io.blockgraph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Waiting in tests, for what comes soon or never.
public final class Latches {
  private static final long PATIENCE_S = 60;

  private Latches() {}

  /// Waits until `latch` is open; fails when it stays closed.
  public static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a test", e);
    }
  }
}
