package io.blockgraph.job.copy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// Finds, from the beginning of a disk to its end, what has to be copied. What it answers is a
/// hint: clients may have written there meanwhile, and whoever copies looks again with the range to
/// himself. Nothing is missed, because what was copied, or written, never has to be copied again.
/// Any thread.
final class ChainSurvey {
  private static final long WINDOW_BYTES = 1L << 30;

  private final ChainLayers layers;
  private final long sizeBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Deque<ByteRange> found = new ArrayDeque<>();
  private final MissedBlocks missed = new MissedBlocks();
  private long at;
  private long left;
  private long copied;

  ChainSurvey(ChainLayers layers, long sizeBytes) {
    this.layers = layers;
    this.sizeBytes = sizeBytes;
    this.left = sizeBytes;
  }

  /// The next piece, at most so long; empty when there is none left. [#copied], [#leftOut] or
  /// [#again] must follow.
  ByteRange next(BlockIo source, long maxBytes) {
    lock.lock();
    try {
      while (found.isEmpty() && at < sizeBytes) {
        look(source);
      }
      if (found.isEmpty()) {
        findMissed();
      }
      ByteRange first = found.poll();
      if (first == null) {
        return new ByteRange(sizeBytes, 0);
      }
      if (first.length() <= maxBytes) {
        return first;
      }
      found.addFirst(ByteRange.between(first.offset() + maxBytes, first.end()));
      return new ByteRange(first.offset(), maxBytes);
    } finally {
      lock.unlock();
    }
  }

  private void findMissed() {
    ByteRange first = missed.takeFirst(sizeBytes);
    if (!first.isEmpty()) {
      left += first.length();
      found.addLast(first);
    }
  }

  private void look(BlockIo source) {
    ByteRange window = ByteRange.between(at, Math.min(sizeBytes, at + WINDOW_BYTES));
    List<Extent> extents = extents(source, window);
    long needed = 0;
    for (Extent extent : extents) {
      ByteRange wanted = layers.wanted(extent).orElse(null);
      if (wanted != null) {
        needed += wanted.length();
        add(wanted);
      }
    }
    long end = extents.getLast().range().end();
    left -= end - at - needed;
    at = end;
  }

  /// Who cannot tell is copied; if it cannot be read either, the job's policy decides then.
  private List<Extent> extents(BlockIo source, ByteRange window) {
    try {
      return Extents.of(source, window);
    } catch (BlockException e) {
      ByteRange some = new ByteRange(window.offset(), Math.min(window.length(), 1 << 20));
      int depth = layers.from();
      return List.of(new Extent(some, Extent.Kind.DATA, depth, java.util.OptionalLong.empty()));
    }
  }

  private void add(ByteRange wanted) {
    ByteRange last = found.peekLast();
    if (last != null && last.end() == wanted.offset()) {
      found.removeLast();
      found.addLast(ByteRange.between(last.offset(), wanted.end()));
    } else {
      found.addLast(wanted);
    }
  }

  /// A piece is where it belongs; answers how many bytes were before.
  long copied(ByteRange piece) {
    lock.lock();
    try {
      long before = copied;
      copied = before + piece.length();
      left -= piece.length();
      return before;
    } finally {
      lock.unlock();
    }
  }

  /// A piece is given up.
  void leftOut(ByteRange piece) {
    lock.lock();
    try {
      left -= piece.length();
    } finally {
      lock.unlock();
    }
  }

  /// A piece has to be tried again, behind all others.
  void again(ByteRange piece) {
    lock.lock();
    try {
      found.addLast(piece);
    } finally {
      lock.unlock();
    }
  }

  /// A range has to be copied, whether it was before or not.
  void more(ByteRange range) {
    missed.add(range);
  }

  /// What is copied, and what is neither that nor known to need no copy.
  JobCopier.Amount amount() {
    lock.lock();
    try {
      return new JobCopier.Amount(copied, left + missed.bytes(sizeBytes));
    } finally {
      lock.unlock();
    }
  }
}
