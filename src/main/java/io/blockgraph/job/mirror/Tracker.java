package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.job.copy.Bell;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// What the filter above the source and the job share: which parts are to be copied, and who works
/// where. Any thread.
///
/// Why no write is lost:
///
/// - A client's write marks its parts *after* it has reached the source, also when it failed. A
///   copier unmarks *before* it reads. So when a mark is missing, a copier has read, or will read,
///   what was written.
/// - Two copiers never work on one part at once ([RangeLocks]), so an older reading never lands on
///   a newer one.
/// - A write to both disks holds its range alone, against copiers and against other such writes, so
///   that both disks see the same order; it unmarks the parts it covers before it begins, and marks
///   them again when it fails anywhere.
///
/// Every change of what is dirty comes through here, so that the rate at which clients dirty data
/// can be told.
final class Tracker {
  private static final long LOCK_WAIT_MS = 30_000;

  private final DirtyBitmap bitmap;
  private final RangeLocks locks = new RangeLocks();
  private final AtomicLong dirtied = new AtomicLong();
  private final AtomicReference<@Nullable BlockException> targetFailure = new AtomicReference<>();
  private final Optional<DirtyBitmap> unverified;
  private final TargetClusters clusters;
  private final Bell work = new Bell();
  private volatile CopyMode mode;

  /// @param unverified what still has to be compared, where the copy is to be verified
  Tracker(
      DirtyBitmap bitmap,
      Optional<DirtyBitmap> unverified,
      TargetClusters clusters,
      CopyMode mode) {
    this.bitmap = bitmap;
    this.unverified = unverified;
    this.clusters = clusters;
    this.mode = mode;
  }

  DirtyBitmap bitmap() {
    return bitmap;
  }

  /// What changed since it was last compared; kept by the same protocol as what is dirty.
  Optional<DirtyBitmap> unverified() {
    return unverified;
  }

  TargetClusters clusters() {
    return clusters;
  }

  /// Rung when something has become dirty.
  Bell work() {
    return work;
  }

  RangeLocks locks() {
    return locks;
  }

  CopyMode mode() {
    return mode;
  }

  void mode(CopyMode other) {
    mode = other;
  }

  /// Bytes that clients have made dirty so far.
  long dirtiedBytes() {
    return dirtied.get();
  }

  /// A failure to write to the target on behalf of a client, that nobody has looked at yet.
  @Nullable BlockException takeTargetFailure() {
    return targetFailure.getAndSet(null);
  }

  /// Carries out a client's request that changes `range` of the source, and of the target where it
  /// is to follow at once: unless more has to be copied with it, which is a copier's work.
  void change(ByteRange range, Runnable source, Runnable target) {
    boolean both = mode == CopyMode.WRITE_BLOCKING && clusters.takes(range);
    if (both && locks.take(range, LOCK_WAIT_MS)) {
      try {
        changeBoth(range, source, target);
      } finally {
        locks.release(range);
      }
    } else {
      changeSource(range, source);
    }
  }

  /// Carries out a client's request that changes `range` of the source; the target follows later.
  void changeSource(ByteRange range, Runnable source) {
    try {
      source.run();
    } finally {
      mark(range);
    }
  }

  private void changeBoth(ByteRange range, Runnable source, Runnable target) {
    bitmap.clearWithin(range);
    boolean done = false;
    try {
      source.run();
      target.run();
      done = true;
    } finally {
      if (done) {
        unverified.ifPresent(changed -> changed.set(range));
      } else {
        mark(range);
      }
    }
  }

  /// The write to the target that belongs to a client's write: its failure is the job's trouble,
  /// not the client's.
  void toTarget(ByteRange range, Runnable write) {
    try {
      write.run();
      clusters.written(range);
    } catch (BlockException e) {
      mark(range);
      targetFailure.compareAndSet(null, e);
    }
  }

  /// `range` has to be copied though no client has written to it.
  void copyAgain(ByteRange range) {
    bitmap.set(range);
    unverified.ifPresent(changed -> changed.set(range));
    work.ring();
  }

  private void mark(ByteRange range) {
    dirtied.addAndGet(bitmap.set(range));
    unverified.ifPresent(changed -> changed.set(range));
    work.ring();
  }
}
