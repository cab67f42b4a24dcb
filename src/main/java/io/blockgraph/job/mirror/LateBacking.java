package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.engine.BlockGraph;
import io.blockgraph.engine.GatedDisk;
import io.blockgraph.graph.Topology;
import io.blockgraph.job.copy.TargetImages;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// Keeps a whole copy whole when the target gets a backing disk while the job runs: what was not
/// copied, because it reads as zeroes on both disks, would then show the backing disk.
///
/// It sees every graph, so that also a backing disk is noticed that comes and goes at once. A copy
/// of a part of the source needs no such care: there the backing disk is meant to show. The job's
/// own thread only, but for [#meet] and [#close].
final class LateBacking implements AutoCloseable {
  private static final long SLICE_BYTES = 1L << 30;

  private final MirrorPlan plan;
  private final BlockGraph graph;
  private final Tracker tracker;
  private final BlockGraph.Following following;
  private final AtomicBoolean changed = new AtomicBoolean();
  private final boolean whole;
  private volatile TargetImages latest;
  private volatile boolean known;

  /// Takes what backs the target now as known, unless an image names a backing file that the graph
  /// does not have.
  LateBacking(MirrorPlan plan, BlockGraph graph, Tracker tracker) {
    this.plan = plan;
    this.graph = graph;
    this.tracker = tracker;
    this.whole = plan.sync() == SyncMode.FULL;
    this.known = !plan.target().namesBacking();
    this.latest = images(graph.state().topology());
    this.following = graph.follow(this::meet);
    // What came before it followed.
    meet(graph.state().topology());
  }

  /// Notes what backs the target in `now`. The graph's writer, and the job's own thread before.
  private synchronized void meet(Topology now) {
    TargetImages images = images(now);
    if (whole && !images.equals(latest)) {
      latest = images;
      changed.set(true);
    }
  }

  private TargetImages images(Topology now) {
    return TargetImages.of(plan.edits().targetNow(now), now, graph.drivers());
  }

  /// Whether the copy accounts for everything that has backed the target so far.
  boolean isKnown() {
    return !whole || (known && !changed.get());
  }

  /// Has everything copied again if something else backs the target than was known: also what the
  /// target holds itself, because a write that came before this looked has filled its cluster from
  /// the new backing disk.
  void follow(GatedDisk main) {
    if (isKnown()) {
      return;
    }
    if (changed.getAndSet(false)) {
      tracker.copyAgain(new ByteRange(0, plan.measures().sizeBytes()));
    } else {
      markWhatIsNotHeld(main, latest);
    }
    known = true;
  }

  /// A backing file that only other programs see has filled nothing.
  private void markWhatIsNotHeld(GatedDisk main, TargetImages images) {
    for (long at = 0; at < plan.measures().sizeBytes(); ) {
      long from = at;
      at = main.call(disk -> mark((MirrorTopDisk) disk, from, images));
    }
  }

  /// A quorum cannot tell what its children hold themselves.
  private long mark(MirrorTopDisk disk, long offset, TargetImages images) {
    long end = Math.min(plan.measures().sizeBytes(), offset + SLICE_BYTES);
    List<Extent> extents = extents(disk, ByteRange.between(offset, end));
    extents.stream()
        .filter(extent -> extent.depth() != 0 || images.backings().size() > 1)
        .forEach(extent -> tracker.copyAgain(extent.range()));
    return extents.getLast().range().end();
  }

  @Override
  public void close() {
    following.close();
  }

  private static List<Extent> extents(MirrorTopDisk disk, ByteRange slice) {
    try {
      return Extents.of(disk.target(), slice);
    } catch (BlockException e) {
      return List.of(Extent.nowhere(slice));
    }
  }
}
