package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import java.util.List;

/// Marks what has to be copied at first, without reading data. It only ever adds marks, so it needs
/// no care for clients who write meanwhile.
///
/// - FULL: all but what reads as zeroes on both disks (by their extents, or because the caller says
///   that the target is zero);
/// - TOP: what the source holds itself. Its zeroes count: they hide the backing disk;
/// - NONE: nothing.
final class FirstPass {
  private static final long SLICE_BYTES = 1L << 30;

  private final MirrorPlan plan;
  private final DirtyBitmap bitmap;

  FirstPass(MirrorPlan plan, DirtyBitmap bitmap) {
    this.plan = plan;
    this.bitmap = bitmap;
  }

  /// Looks at a part of the disks from `offset` on; answers where to go on. The caller is behind
  /// the job's gate.
  long step(MirrorTopDisk disk, long offset) {
    if (plan.sync() == SyncMode.NONE) {
      return plan.measures().sizeBytes();
    }
    ByteRange slice =
        ByteRange.between(offset, Math.min(plan.measures().sizeBytes(), offset + SLICE_BYTES));
    List<Extent> extents = extents(disk, slice);
    extents.forEach(extent -> mark(disk, extent));
    return extents.getLast().range().end();
  }

  /// A source that cannot say what it holds is copied; if it cannot be read either, the job's
  /// policy decides then.
  private static List<Extent> extents(MirrorTopDisk disk, ByteRange slice) {
    try {
      return Extents.of(disk.source(), slice);
    } catch (BlockException e) {
      return List.of(Extent.data(slice));
    }
  }

  private void mark(MirrorTopDisk disk, Extent extent) {
    if (plan.sync() == SyncMode.TOP) {
      if (extent.depth() == 0) {
        bitmap.set(extent.range());
      }
    } else if (!extent.kind().readsAsZero()) {
      bitmap.set(extent.range());
    } else if (plan.request().copying().zeroes().target() == MirrorRequest.TargetContent.ASK) {
      markWhatIsNotZero(disk, extent.range());
    }
  }

  private void markWhatIsNotZero(MirrorTopDisk disk, ByteRange range) {
    long offset = range.offset();
    while (offset < range.end()) {
      List<Extent> there = extentsOfTarget(disk, ByteRange.between(offset, range.end()));
      there.stream()
          .filter(extent -> !extent.kind().readsAsZero())
          .forEach(extent -> bitmap.set(extent.range()));
      offset = there.getLast().range().end();
    }
  }

  private static List<Extent> extentsOfTarget(MirrorTopDisk disk, ByteRange range) {
    try {
      return Extents.of(disk.target(), range);
    } catch (BlockException e) {
      return List.of(Extent.data(range));
    }
  }
}
