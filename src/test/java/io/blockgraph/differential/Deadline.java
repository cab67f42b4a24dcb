package io.blockgraph.differential;

import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waiting for something that happens by itself.
final class Deadline {
  private static final long PATIENCE_NS = 60_000_000_000L;

  /// So often is looked at least: on a busy machine a side gets a turn between two looks, and time
  /// alone says little.
  private static final int LEAST_LOOKS = 50;

  private Deadline() {}

  /// Looks every millisecond until it is so; fails the test after a minute.
  static void until(BooleanSupplier so, Supplier<String> what) {
    long end = System.nanoTime() + PATIENCE_NS;
    while (!so.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited too long: " + what.get());
      }
      pause();
    }
  }

  /// Looks every millisecond until it is so, or has not become so for so long.
  static void perhaps(long ms, BooleanSupplier so) {
    long end = System.nanoTime() + ms * 1_000_000;
    for (int looks = 1; !so.getAsBoolean(); looks++) {
      if (looks >= LEAST_LOOKS && System.nanoTime() > end) {
        return;
      }
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
