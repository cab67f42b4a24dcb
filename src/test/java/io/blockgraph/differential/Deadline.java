package io.blockgraph.differential;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waiting for something that happens by itself.
final class Deadline {
  private static final long PATIENCE_NS = 20_000_000_000L;

  private Deadline() {}

  /// Looks every millisecond until it is so; fails the test after 20 s.
  static void until(BooleanSupplier so, Supplier<String> what) {
    long end = System.nanoTime() + PATIENCE_NS;
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited too long: " + what.get());
      }
      pause();
    }
  }

  /// Looks every millisecond until it is so, for so long at most.
  static void perhaps(long ms, BooleanSupplier so) {
    long end = System.nanoTime() + ms * 1_000_000;
    while (!so.getAsBoolean() && System.nanoTime() < end) {
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(1);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
