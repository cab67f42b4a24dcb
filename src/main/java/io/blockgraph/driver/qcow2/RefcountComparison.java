package io.blockgraph.driver.qcow2;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/// Compares the refcounts an image stores with the references that were found. One thread, one use.
final class RefcountComparison {
  private final Geometry geometry;
  private final StoredRefcounts stored;
  private final ClusterCounts counts;
  private final Differences differences;
  private final long clusters;
  private long highest;

  /// Is told of each cluster whose refcount is not the number of its references.
  interface Differences {
    void differ(long cluster, long refcount, long references);

    /// Nobody can tell the refcount of a cluster that is referenced.
    void unknown(long cluster);
  }

  /// @param clusters how many clusters the file has, or more when references lie behind its end
  RefcountComparison(
      Geometry geometry,
      StoredRefcounts stored,
      ClusterCounts counts,
      long clusters,
      Differences differences) {
    this.geometry = geometry;
    this.stored = stored;
    this.counts = counts;
    this.clusters = clusters;
    this.differences = differences;
  }

  /// Compares all, and returns the last cluster in use.
  long compare() {
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < stored.blocks(); i++) {
      long first = (long) i << geometry.refcountBlockBits();
      long entry = stored.entry(i);
      boolean comparable = entry != 0 && !stored.isInvalid(i);
      if (comparable && first < clusters && seen.add(entry)) {
        block(stored.block(i), first);
      }
    }
    counts.stretches().forEach(this::uncounted);
    return highest;
  }

  private void block(MemorySegment block, long first) {
    long end = Math.min(geometry.refcountBlockEntries(), clusters - first);
    for (long i = 0; i < end; i++) {
      cluster(
          first + i, RefcountBits.get(block, geometry.refcountOrder(), i), counts.get(first + i));
    }
  }

  /// Clusters under an empty entry of the refcount table have the refcount 0.
  private void uncounted(long first) {
    for (long cluster = first; cluster < first + ClusterCounts.PAGE; cluster++) {
      long references = counts.get(cluster);
      if (references == 0) {
        continue;
      }
      long index = cluster >>> geometry.refcountBlockBits();
      if (index >= stored.blocks() || stored.entry((int) index) == 0) {
        cluster(cluster, 0, references);
      } else if (stored.isInvalid((int) index)) {
        differences.unknown(cluster);
      }
    }
  }

  private void cluster(long cluster, long refcount, long references) {
    if (refcount == 0 && references == 0) {
      return;
    }
    highest = Math.max(highest, cluster);
    if (refcount != references) {
      differences.differ(cluster, refcount, references);
    }
  }
}
