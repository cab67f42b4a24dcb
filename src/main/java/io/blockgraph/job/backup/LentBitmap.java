package io.blockgraph.job.backup;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.driver.ClusterSet;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.BitmapEdit.Settled;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.UserId;
import io.blockgraph.job.copy.ChainPlan;
import io.blockgraph.job.copy.CopyTop;
import org.jspecify.annotations.Nullable;

/// The bitmap of one backup, from the change that brings the job to the one that ends it. Both are
/// made while nobody writes, and what is between them reads.
///
/// ```
/// [#joined] the moment is known ─> [#taken] the bits are known ─> ... ─> [#ending] ─> [#givenBack]
/// ```
final class LentBitmap {
  private final NodeName node;
  private final SyncBitmap bitmap;
  private final BackupSync sync;
  private volatile @Nullable CopyBeforeWrite moment;
  private volatile @Nullable DirtyBits lent;
  private volatile @Nullable DirtyBits rest;
  private volatile long wantedBytes;

  /// @param node the source, which has the bitmap
  /// @param sync what is copied
  LentBitmap(NodeName node, SyncBitmap bitmap, BackupSync sync) {
    this.node = node;
    this.bitmap = bitmap;
    this.sync = sync;
  }

  SyncBitmap bitmap() {
    return bitmap;
  }

  /// The loan, as a part of the change that brings the job.
  BitmapEdit lend(UserId job) {
    return new BitmapEdit.Lend(node, bitmap.name(), job, this::taken);
  }

  /// The filter is in place.
  void joined(CopyBeforeWrite of) {
    moment = of;
  }

  private void taken(DirtyBits bits) {
    lent = bits;
    CopyBeforeWrite now = moment;
    if (now != null) {
      if (sync.isByBitmap()) {
        now.kept().addAllBut(bits);
      }
      wantedBytes = now.kept().missingBytes();
    }
  }

  /// How much of the disk is to be dealt with.
  long wantedBytes() {
    return wantedBytes;
  }

  /// The last look before the bitmap is given back without a result. What was not copied is not
  /// done with, and what is not durable on the target was not copied.
  void ending(CopyTop top) {
    DirtyBits bits = lent;
    CopyBeforeWrite now = moment;
    if (bitmap.mode() == SyncBitmap.Mode.ALWAYS && bits != null && now != null) {
      rest = isDurable(top) ? missing(now.kept(), bits) : bits;
    }
  }

  private static boolean isDurable(CopyTop top) {
    try {
      top.target().flush();
      return true;
    } catch (BlockException e) {
      return false;
    }
  }

  private static DirtyBits missing(ClusterSet kept, DirtyBits like) {
    DirtyBits missing = new DirtyBits(like.sizeBytes(), like.granularityBytes());
    ByteRange run = kept.nextMissing(0, Long.MAX_VALUE);
    while (!run.isEmpty()) {
      missing.set(run);
      run = kept.nextMissing(run.end(), Long.MAX_VALUE);
    }
    return missing;
  }

  /// The end of the loan, as a part of the change that ends the job.
  BitmapEdit givenBack(ChainPlan.Exit exit) {
    return new BitmapEdit.GiveBack(node, bitmap.name(), settled(exit));
  }

  private Settled settled(ChainPlan.Exit exit) {
    DirtyBits bits = lent;
    boolean result = exit == ChainPlan.Exit.RESULT;
    return switch (bitmap.mode()) {
      case NEVER -> Settled.STILL_HOLDS;
      case ON_SUCCESS -> result ? Settled.DONE_WITH : Settled.STILL_HOLDS;
      case ALWAYS -> {
        if (result) {
          yield Settled.DONE_WITH;
        }
        yield bits == null ? Settled.STILL_HOLDS : new Settled.DoneBut(() -> restOr(bits));
      }
    };
  }

  private DirtyBits restOr(DirtyBits all) {
    DirtyBits some = rest;
    return some == null ? all : some;
  }
}
