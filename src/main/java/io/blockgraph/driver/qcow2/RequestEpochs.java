package io.blockgraph.driver.qcow2;

import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/// Knows when all requests that were under way at some moment have ended, at the cost of two uncontended atomic
/// additions per request.
///
/// A request enters and leaves. What a request may still use although no table points to it any more (a freed cluster)
/// is marked with the epoch of that moment, and is free of users once the epoch is two higher.
///
///     epoch e    : requests count in slot e & 1
///     e -> e + 1 : only when no request of e - 1 is left (the slot that is used next is empty)
///     e + 2      : hence no request that entered in e or before is left
final class RequestEpochs {
  private static final int STRIPES = 16;
  private static final int PADDING = 16;

  /// Between two looks of somebody who waits; about as long as a fast disk needs for a request.
  private static final long PAUSE_NANOS = 20_000;

  private final AtomicLongArray active = new AtomicLongArray(2 * STRIPES * PADDING);
  private volatile long epoch;

  /// A request begins; hand the answer to [#leave].
  int enter() {
    int stripe = (int) (Thread.currentThread().threadId() & (STRIPES - 1));
    while (true) {
      long now = epoch;
      int slot = slot(now, stripe);
      active.getAndIncrement(slot);
      if (epoch == now) {
        return slot;
      }
      active.getAndDecrement(slot);
    }
  }

  /// The request ended.
  void leave(int slot) {
    active.getAndDecrement(slot);
  }

  /// The epoch to mark things with.
  long now() {
    return epoch;
  }

  /// Whether no request is left that was under way when the epoch was `marked`; moves on as far as
  /// it can.
  synchronized boolean over(long marked) {
    while (epoch < marked + 2) {
      if (!empty(epoch + 1)) {
        return false;
      }
      epoch = epoch + 1;
    }
    return true;
  }

  /// Waits until no request is left that was under way at the call; false when that took longer.
  boolean awaitAll(long deadlineMs) {
    // What the caller changed before is seen by every request that is not counted yet.
    VarHandle.fullFence();
    long marked = epoch;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMs);
    while (!over(marked)) {
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    return true;
  }

  private boolean empty(long e) {
    for (int stripe = 0; stripe < STRIPES; stripe++) {
      if (active.get(slot(e, stripe)) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int slot(long epoch, int stripe) {
    return ((int) (epoch & 1) * STRIPES + stripe) * PADDING;
  }
}
