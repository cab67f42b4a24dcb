package io.blockgraph.os;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// A file descriptor that is closed only when no call uses it.
///
/// The kernel gives the number of a closed descriptor to the next file that is opened. A thread that has fetched the number
/// and not yet made its call would then read or write another file. So every call is bracketed:
///
///     int user = descriptor.enter();              count up, then look at `closing`
///     try { call(descriptor.number()) }
///     finally { descriptor.exit(user); }          count down, then look at `closing`
///
/// and closing is: set `closing`, then look at the counts. Both sides write before they read (all volatile), so either the
/// caller sees `closing` and backs out, or the closer sees the caller's count and leaves the closing to the caller's exit.
/// The counts are spread over cache lines by thread, for many threads share a descriptor: two uncontended atomic
/// additions are all a call pays.
final class Descriptor {
  private static final int LONGS_PER_STRIPE = 16;
  private static final int STRIPES =
      Integer.highestOneBit(Math.clamp(Runtime.getRuntime().availableProcessors() * 2L, 4, 64));
  private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

  private final int number;
  private final String name;
  private final long[] counts = new long[(STRIPES + 1) * LONGS_PER_STRIPE];
  private final CountDownLatch gone = new CountDownLatch(1);
  private final List<Runnable> afterwards = new ArrayList<>();
  private volatile boolean closing;
  private volatile long closeResult;
  private boolean finished;

  /// Takes over the open descriptor `number`; `name` is for messages.
  Descriptor(int number, String name) {
    this.number = number;
    this.name = name;
  }

  /// The number; valid between enter and exit only.
  int number() {
    return number;
  }

  /// Keeps the descriptor open until [#exit].
  ///
  /// @return what to pass to exit
  /// @throws BlockException CLOSED
  int enter() {
    int at = stripe();
    long before = (long) COUNT.getAndAdd(counts, at, 1L);
    assert before >= 0;
    if (closing) {
      exit(at);
      throw new BlockException(Kind.CLOSED, "'" + name + "' is closed");
    }
    return at;
  }

  /// Ends what [#enter] began.
  void exit(int user) {
    long before = (long) COUNT.getAndAdd(counts, user, -1L);
    assert before > 0;
    if (closing) {
      closeIfUnused();
    }
  }

  /// Lets no new call begin and closes as soon as the last one has ended; waits for that at most
  /// `deadlineMs`. Idempotent.
  ///
  /// @throws BlockException TIMEOUT when calls still run: the last of them closes; IO when closing
  ///   reports an error
  void close(long deadlineMs) {
    closing = true;
    closeIfUnused();
    if (!awaitGone(TimeUnit.MILLISECONDS.toNanos(deadlineMs))) {
      throw new BlockException(
          Kind.TIMEOUT,
          "'"
              + name
              + "' still has calls in flight after "
              + deadlineMs
              + " ms; the last one closes it");
    }
    if (closeResult < 0) {
      throw new BlockException(
          Kind.IO, "close of '" + name + "' failed with " + Errno.nameOf(closeResult));
    }
  }

  /// Runs `action` once the descriptor is closed: at once if it is already.
  void whenClosed(Runnable action) {
    synchronized (afterwards) {
      if (!finished) {
        afterwards.add(action);
        return;
      }
    }
    action.run();
  }

  private void closeIfUnused() {
    for (int stripe = 1; stripe <= STRIPES; stripe++) {
      if ((long) COUNT.getVolatile(counts, stripe * LONGS_PER_STRIPE) != 0) {
        return;
      }
    }
    List<Runnable> actions;
    synchronized (afterwards) {
      if (finished) {
        return;
      }
      finished = true;
      actions = List.copyOf(afterwards);
      closeResult = FileCalls.close(number);
    }
    actions.forEach(Runnable::run);
    gone.countDown();
  }

  /// An interrupt is kept for the caller: it must not cut the wait short.
  private boolean awaitGone(long nanos) {
    long end = System.nanoTime() + nanos;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return gone.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /// The first stripe is left out: it shares its cache line with the array's header.
  private static int stripe() {
    int thread = (int) Thread.currentThread().threadId();
    return ((thread & (STRIPES - 1)) + 1) * LONGS_PER_STRIPE;
  }
}
