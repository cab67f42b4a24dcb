package io.blockgraph.store.files;

import io.blockgraph.driver.Prepared;
import io.blockgraph.os.ByteLocks;
import io.blockgraph.os.OpenFile;
import java.util.Optional;

/// The locks of one file, common to all openings of it that follow one another. Taken up when first
/// asked for, and given up once the last opening is closed. Thread-safe.
final class SharedLocks {
  private Optional<ByteLocks> locks = Optional.empty();
  private int openings;

  /// Counts `file` among those that are guarded.
  synchronized void join(OpenFile file) {
    locks.ifPresent(held -> held.guard(file));
    openings++;
  }

  /// The last one out gives up the locks.
  synchronized void leave() {
    openings--;
    if (openings == 0) {
      locks.ifPresent(ByteLocks::close);
    }
  }

  /// Gets ready to hold other locks.
  ///
  /// @throws io.blockgraph.block.BlockException LOCKED, UNSUPPORTED; then the locks are as before
  synchronized Prepared prepare(OpenFile file, int used, int unshared) {
    if (locks.isEmpty() && used == 0 && unshared == 0) {
      return Prepared.NOTHING;
    }
    ByteLocks held = of(file);
    held.prepare(used, unshared);
    return new Change(held);
  }

  /// Finds out whether such a change would be refused, and takes nothing.
  ///
  /// @throws io.blockgraph.block.BlockException LOCKED
  synchronized void requireFree(OpenFile file, int used, int unshared) {
    if ((used | unshared) != 0) {
      of(file).requireFree(used, unshared);
    }
  }

  private ByteLocks of(OpenFile file) {
    ByteLocks held = locks.orElseGet(() -> ByteLocks.open(file, ByteLocks.Mode.ON));
    locks = Optional.of(held);
    return held;
  }

  private static final class Change implements Prepared {
    private final ByteLocks locks;
    private boolean ended;

    Change(ByteLocks locks) {
      this.locks = locks;
    }

    @Override
    public void commit() {
      if (!ended) {
        ended = true;
        locks.commit();
      }
    }

    @Override
    public void abort() {
      if (!ended) {
        ended = true;
        locks.abort();
      }
    }
  }
}
