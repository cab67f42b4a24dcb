package io.blockgraph.job.mirror;

import io.blockgraph.block.ByteRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Compares both disks, piece by piece, while clients go on; what they change meanwhile is compared
/// again.
///
/// Only what is compared while clients are held back can show a difference for sure: before, a
/// piece that differs may have been written to between the two readings, and simply stays
/// unverified. One thread at a time.
final class Verifier {
  private static final long LOCK_WAIT_MS = 5_000;

  private final Tracker tracker;
  private final DirtyBitmap unverified;
  private final long pieceBytes;
  private final MemorySegment ours;
  private final MemorySegment theirs;
  private long cursor;

  Verifier(Tracker tracker, DirtyBitmap unverified, long pieceBytes) {
    this.tracker = tracker;
    this.unverified = unverified;
    this.pieceBytes = Math.max(pieceBytes, unverified.granularityBytes());
    Arena arena = Arena.ofAuto();
    this.ours = arena.allocate(this.pieceBytes, 4096);
    this.theirs = arena.allocate(this.pieceBytes, 4096);
  }

  /// What a step came to.
  sealed interface Step {
    /// The piece is the same on both disks.
    record Equal() implements Step {}

    /// It could not be told, or there is a difference that clients may have made.
    record Unsure() implements Step {}

    /// The disks differ from this byte on.
    record Differs(long offset) implements Step {}

    /// From the cursor on there is nothing left to compare; the cursor is at the beginning again.
    record Nothing() implements Step {}
  }

  long leftBytes() {
    return unverified.dirtyBytes();
  }

  /// Compares the next piece while clients go on. The caller is behind the job's gate.
  Step step(MirrorTopDisk disk) {
    Step step = next(disk);
    return step instanceof Step.Differs ? new Step.Unsure() : step;
  }

  /// Compares the next piece while clients are held back and nothing is dirty.
  Step stepHeld(MirrorTopDisk disk) {
    return next(disk);
  }

  private Step next(MirrorTopDisk disk) {
    ByteRange piece = unverified.nextDirty(cursor, pieceBytes);
    if (piece.isEmpty()) {
      cursor = 0;
      return new Step.Nothing();
    }
    cursor = piece.end();
    if (!tracker.locks().take(piece, LOCK_WAIT_MS)) {
      return new Step.Unsure();
    }
    boolean equal = false;
    try {
      unverified.clear(piece);
      Step step = compare(disk, piece);
      equal = step instanceof Step.Equal;
      return step;
    } finally {
      if (!equal) {
        unverified.set(piece);
      }
      tracker.locks().release(piece);
    }
  }

  private Step compare(MirrorTopDisk disk, ByteRange piece) {
    if (tracker.bitmap().isDirty(piece)) {
      return new Step.Unsure();
    }
    MemorySegment source = ours.asSlice(0, piece.length());
    MemorySegment target = theirs.asSlice(0, piece.length());
    disk.source().read(piece.offset(), source);
    disk.target().read(piece.offset(), target);
    long difference = source.mismatch(target);
    return difference < 0 ? new Step.Equal() : new Step.Differs(piece.offset() + difference);
  }
}
