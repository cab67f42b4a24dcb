package io.blockgraph.histories;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// A client of a [Root]: one request after another, each read compared with what must be there.
final class Client {
  private static final long JOIN_MS = 60_000;

  private final Root root;
  private final int part;
  private final Dice dice;
  private final long restNanos;
  private final int largest;
  private final Thread thread;
  private final AtomicLong requests = new AtomicLong();
  private volatile boolean stopped;

  Client(Root root, int part, Dice dice) {
    this.root = root;
    this.part = part;
    this.dice = dice;
    this.restNanos = dice.oneOf(50_000L, 300_000L, 2_000_000L);
    this.largest = dice.oneOf(600, 5_000, 40_000);
    this.thread =
        Thread.ofPlatform()
            .name("client-" + root.user() + "-" + part)
            .daemon()
            .unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void tellToStop() {
    stopped = true;
  }

  void join() {
    try {
      thread.join(JOIN_MS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a history", e);
    }
    if (thread.isAlive()) {
      StackTraceElement[] where = thread.getStackTrace();
      AssertionError stuck = new AssertionError(thread.getName() + " is stuck in a request");
      stuck.setStackTrace(where);
      throw stuck;
    }
  }

  long requests() {
    return requests.get();
  }

  private void run() {
    while (!stopped && root.inTurn(this::request)) {
      requests.incrementAndGet();
      LockSupport.parkNanos(restNanos);
    }
  }

  private void request() {
    int start = root.startOf(part);
    int room = root.endOf(part) - start;
    if (room <= 0) {
      root.flush();
      return;
    }
    int unit = dice.oneOf(1, 512, 4096);
    int at = start + dice.below(room) / unit * unit;
    int length = Math.min(1 + dice.below(largest), start + room - at);
    switch (dice.below(20)) {
      case 0, 1 -> zero(at, length);
      case 2 -> discard(at, length);
      case 3 -> root.flush();
      case 4, 5, 6, 7, 8, 9 -> compare(at, length);
      default -> write(at, length);
    }
  }

  private void write(int at, int length) {
    byte[] bytes = dice.bytes(length);
    AfterKill.Write write = root.begin(at, bytes);
    root.disk().write(at, bytes);
    root.done(write);
    root.written(part, at, bytes);
  }

  private void zero(int at, int length) {
    AfterKill.Write write = root.begin(at, new byte[length]);
    root.disk().zero(at, length, dice.chance(30));
    root.done(write);
    root.written(part, at, new byte[length]);
  }

  /// A byte that was given up is as before or zero, and then stays so.
  private void discard(int at, int length) {
    AfterKill.Write zeroes = root.begin(at, new byte[length]);
    root.disk().discard(at, length);
    byte[] found = root.disk().read(at, length);
    AfterKill.Write seen = root.begin(at, found);
    root.done(zeroes);
    root.done(seen);
    byte[] before = root.expected(at, length);
    for (int i = 0; i < length; i++) {
      if (found[i] != before[i] && found[i] != 0) {
        throw new AssertionError(
            "a discard of %d bytes at %d brought up byte %d at %d: %s"
                .formatted(length, at, found[i], at + i, Bytes.difference(before, found)));
      }
    }
    root.written(part, at, found);
  }

  private void compare(int at, int length) {
    Optional<String> difference =
        Bytes.difference(root.expected(at, length), root.disk().read(at, length));
    if (difference.isPresent()) {
      throw new AssertionError(
          "user '%s' reads at %d what nobody wrote: %s"
              .formatted(root.user(), at, difference.get()));
    }
  }
}
