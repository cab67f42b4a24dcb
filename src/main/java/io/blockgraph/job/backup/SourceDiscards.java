package io.blockgraph.job.backup;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DiscardablePast;
import io.blockgraph.driver.Watching;
import io.blockgraph.engine.NodeTraffic;
import io.blockgraph.engine.NodeTraffic.Operation;
import io.blockgraph.job.copy.CopyStep;
import io.blockgraph.job.copy.CopyTop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Discards in the source what was copied, once it is durable on the target. Any thread.
///
/// ```
/// [#begun] piece ─> copied ─> [#copied] ─> [#settle]: take all that was copied ─> flush target ─> discard
/// ```
///
/// Nothing is discarded but what was on the target before a flush began that went well. After one
/// that did not, nothing is discarded any more: what later flushes say is no proof of what was
/// written before.
final class SourceDiscards {
  private static final long MOST_BYTES = 64 << 20;

  /// So often the target is flushed on the way, at least, however small the disk is.
  private static final long BATCHES = 8;

  private final long batchBytes;
  private final NodeTraffic source;
  private final NodeTraffic target;
  private final ReentrantLock lock = new ReentrantLock();
  private List<ByteRange> copied = new ArrayList<>();
  private long copiedBytes;
  private long owedBytes;
  private boolean settling;
  private boolean givenUp;

  /// @param counted where what is asked of the disks counts
  SourceDiscards(long sizeBytes, BackupCopier.Counted counted) {
    this.batchBytes = Math.clamp(sizeBytes / BATCHES, 1, MOST_BYTES);
    this.source = counted.source();
    this.target = counted.target();
  }

  /// A piece is about to be copied. It is owed until it is discarded.
  void begun(ByteRange piece) {
    lock.lock();
    try {
      owedBytes += piece.length();
    } finally {
      lock.unlock();
    }
  }

  /// All of a piece that was begun is on the target, perhaps not durably.
  void copied(ByteRange piece) {
    lock.lock();
    try {
      if (givenUp) {
        return;
      }
      copied.add(piece);
      copiedBytes += piece.length();
    } finally {
      lock.unlock();
    }
  }

  /// A piece that was begun could not be copied.
  void failed(ByteRange piece) {
    lock.lock();
    try {
      owedBytes -= piece.length();
    } finally {
      lock.unlock();
    }
  }

  /// How much has still to be discarded.
  long owedBytes() {
    lock.lock();
    try {
      return givenUp ? 0 : owedBytes;
    } finally {
      lock.unlock();
    }
  }

  /// Flushes and discards when it is time to.
  ///
  /// @param last whether everything was begun
  /// @return the step that was made, or none when it was not time
  @Nullable CopyStep settle(CopyTop top, boolean last) {
    List<ByteRange> batch = take(last);
    if (batch.isEmpty()) {
      return null;
    }
    try {
      top.target().flush();
    } catch (BlockException e) {
      giveUp();
      target.failed(Operation.FLUSH, e.kind());
      return new CopyStep.Failed(CopyStep.Side.TARGET, new ByteRange(0, 0), e);
    }
    target.count(Operation.FLUSH, new ByteRange(0, 0));
    discard(top, batch);
    settled(batch);
    return new CopyStep.Copied(0);
  }

  /// Only one thread flushes, or another might be told of the failure that concerns this one.
  private List<ByteRange> take(boolean last) {
    lock.lock();
    try {
      boolean due = copiedBytes >= batchBytes || last;
      if (settling || givenUp || !due || copied.isEmpty()) {
        return List.of();
      }
      List<ByteRange> batch = copied;
      copied = new ArrayList<>();
      copiedBytes = 0;
      settling = true;
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /// That storage cannot be freed is no reason to have no copy.
  private void discard(CopyTop top, List<ByteRange> batch) {
    if (Watching.beneath(top.source()) instanceof DiscardablePast past) {
      try {
        past.discardPast(batch);
        batch.forEach(piece -> source.count(Operation.DISCARD, piece));
      } catch (BlockException e) {
        source.failed(Operation.DISCARD, e.kind());
      }
    }
  }

  private void settled(List<ByteRange> batch) {
    lock.lock();
    try {
      owedBytes -= batch.stream().mapToLong(ByteRange::length).sum();
      settling = false;
    } finally {
      lock.unlock();
    }
  }

  private void giveUp() {
    lock.lock();
    try {
      givenUp = true;
      settling = false;
      copied = new ArrayList<>();
    } finally {
      lock.unlock();
    }
  }
}
