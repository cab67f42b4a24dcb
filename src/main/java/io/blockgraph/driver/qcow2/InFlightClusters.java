package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The guest clusters whose place is being changed, so that two requests that would allocate or
/// free the same cluster do it one after the other. Requests for other clusters do not wait.
final class InFlightClusters {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();
  private final List<Claim> claims = new ArrayList<>();

  /// The clusters from `first` to `last` (included), held until closed.
  final class Claim implements AutoCloseable {
    private final long first;
    private final long last;

    private Claim(long first, long last) {
      this.first = first;
      this.last = last;
    }

    @Override
    public void close() {
      lock.lock();
      try {
        claims.remove(this);
        left.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /// Waits until nobody holds any of the clusters, and holds them.
  ///
  /// @throws BlockException TIMEOUT when that takes longer than [Limits#MAX_WAIT_MS]
  Claim claim(long first, long last) {
    lock.lock();
    try {
      long nanos = TimeUnit.MILLISECONDS.toNanos(Limits.MAX_WAIT_MS);
      while (taken(first, last)) {
        if (nanos <= 0) {
          throw new BlockException(
              BlockException.Kind.TIMEOUT,
              "guest clusters "
                  + first
                  + " to "
                  + last
                  + " were busy for "
                  + Limits.MAX_WAIT_MS
                  + " ms");
        }
        nanos = left.awaitNanos(nanos);
      }
      Claim claim = new Claim(first, last);
      claims.add(claim);
      return claim;
    } catch (InterruptedException e) {
      throw new IllegalStateException("a thread that does I/O was interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  private boolean taken(long first, long last) {
    for (Claim c : claims) {
      if (c.first <= last && first <= c.last) {
        return true;
      }
    }
    return false;
  }
}
