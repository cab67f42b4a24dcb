package io.blockgraph.driver.qcow2;

import java.util.SortedSet;
import java.util.TreeSet;

/// By how much the refcounts of an image are going to change. One thread.
final class CountChanges {
  private static final long MAX_BYTES = 128L << 20;

  private final Geometry geometry;
  private final ClusterCounts more = new ClusterCounts(Long.MAX_VALUE, MAX_BYTES);
  private final ClusterCounts fewer = new ClusterCounts(Long.MAX_VALUE, MAX_BYTES);

  CountChanges(Geometry geometry) {
    this.geometry = geometry;
  }

  /// What an L2 entry points to is used once more.
  void use(long entry) {
    count(more, entry);
  }

  /// What an L2 entry points to is used once less.
  void unuse(long entry) {
    count(fewer, entry);
  }

  /// The clusters of a table are used once less.
  void unuse(long offset, long bytes) {
    long first = geometry.clusterOf(offset);
    long count = geometry.clustersFor(bytes);
    for (long c = first; c < first + count; c++) {
      long unused = fewer.add(c, 1);
    }
  }

  private void count(ClusterCounts counts, long entry) {
    if ((entry & L2Entry.COMPRESSED) != 0) {
      long offset = L2Entry.compressedOffset(entry, geometry.clusterBits());
      int bytes = L2Entry.compressedBytes(entry, geometry.clusterBits());
      for (long c = geometry.clusterOf(offset); c <= geometry.clusterOf(offset + bytes - 1); c++) {
        long unused = counts.add(c, 1);
      }
    } else if (L2Entry.offset(entry) != 0) {
      long unused = counts.add(geometry.clusterOf(L2Entry.offset(entry)), 1);
    }
  }

  /// The difference for one cluster.
  long of(long cluster) {
    return more.get(cluster) - fewer.get(cluster);
  }

  /// The refcount blocks that come out different, by number, in order.
  SortedSet<Long> blocks() {
    SortedSet<Long> blocks = new TreeSet<>();
    add(more, blocks);
    add(fewer, blocks);
    return blocks;
  }

  private void add(ClusterCounts counts, SortedSet<Long> blocks) {
    counts
        .stretches()
        .forEach(
            start -> {
              for (long c = start; c < start + ClusterCounts.PAGE; c++) {
                if (of(c) != 0) {
                  blocks.add(c >>> geometry.refcountBlockBits());
                }
              }
            });
  }
}
