package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Walks;
import java.util.List;
import java.util.Optional;

/// Marks what has to be copied at first, without reading data. It only ever adds marks, so it needs
/// no care for clients who write meanwhile.
///
/// - FULL: all but what reads as zeroes on both disks (by their extents, or because the caller says
///   that the target is zero);
/// - TOP: what the source holds itself. Its zeroes count: they hide the backing disk. Where a
///   filter is the source, the disk that it shows can get an overlay meanwhile; it still counts
///   then;
/// - NONE: nothing.
final class FirstPass {
  private static final long SLICE_BYTES = 1L << 30;

  private final MirrorPlan plan;
  private final DirtyBitmap bitmap;
  private final BlockGraph graph;

  FirstPass(MirrorPlan plan, DirtyBitmap bitmap, BlockGraph graph) {
    this.plan = plan;
    this.bitmap = bitmap;
    this.graph = graph;
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
    int own = plan.sync() == SyncMode.TOP ? ownDepth() : 0;
    for (Extent extent : extents) {
      if (plan.sync() == SyncMode.FULL) {
        markWhatDiffers(disk, extent);
      } else if (extent.depth() != Extent.NOWHERE && extent.depth() <= own) {
        bitmap.set(extent.range());
      }
    }
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

  /// How deep the disk lies whose own content is copied. It no longer being there, all counts: the
  /// target has what is behind it, too.
  private int ownDepth() {
    Walks walks = new Walks(graph.state().topology(), graph.drivers());
    int depth = 0;
    Optional<NodeName> at = Optional.of(plan.source());
    while (at.isPresent()) {
      if (at.get().equals(plan.owner())) {
        return depth;
      }
      depth += walks.cowChild(at.get()).isPresent() ? 1 : 0;
      at = walks.filterOrCowChild(at.get());
    }
    return Integer.MAX_VALUE;
  }

  private void markWhatDiffers(MirrorTopDisk disk, Extent extent) {
    if (!extent.kind().readsAsZero()) {
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
