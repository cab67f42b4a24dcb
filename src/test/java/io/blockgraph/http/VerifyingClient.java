package io.blockgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.strangers.NbdTools;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// A stranger who writes to a disk over NBD and verifies what he wrote, round after round, until he
/// is told to end.
final class VerifyingClient implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final AtomicBoolean end = new AtomicBoolean();
  private final AtomicInteger rounds = new AtomicInteger();
  private final CompletableFuture<Void> all;

  /// Begins at once, on the first `sizeBytes` of the disk.
  VerifyingClient(String uri, long sizeBytes) {
    all = CompletableFuture.runAsync(() -> verify(uri, sizeBytes));
  }

  private void verify(String uri, long sizeBytes) {
    do {
      NbdTools.fioVerify(uri, sizeBytes).ok();
      rounds.incrementAndGet();
    } while (!end.get());
  }

  /// Waits until a round that has not begun yet is over.
  void verifiesOnceMore() {
    int wanted = rounds.get() + 2;
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (rounds.get() < wanted && !all.isDone()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
    assertThat(all).isNotCompletedExceptionally();
  }

  /// Ends after the round that is under way, and fails if any found other bytes than were written.
  void finish() throws Exception {
    end.set(true);
    all.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(rounds.get()).isPositive();
  }

  @Override
  public void close() {
    end.set(true);
  }
}
