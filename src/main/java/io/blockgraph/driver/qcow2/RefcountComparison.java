package io.blockgraph.driver.qcow2;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.Set;

/// Compares the refcounts an image stores with the references that were found. One thread, one use.
final class RefcountComparison {
  private final Geometry geometry;
  private final StoredRefcounts stored;
  private final ClusterCounts counts;
  private final CheckLog log;
  private final long clusters;
  private long highest;

  /// @param clusters how many clusters the file has, or more when references lie behind its end
  RefcountComparison(
      Geometry geometry,
      StoredRefcounts stored,
      ClusterCounts counts,
      long clusters,
      CheckLog log) {
    this.geometry = geometry;
    this.stored = stored;
    this.counts = counts;
    this.clusters = clusters;
    this.log = log;
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
        long at = geometry.offsetOf(cluster);
        log.checkError(at, () -> "the refcount of the cluster at " + at + " cannot be told");
      }
    }
  }

  private void cluster(long cluster, long refcount, long references) {
    if (refcount == 0 && references == 0) {
      return;
    }
    highest = Math.max(highest, cluster);
    long at = geometry.offsetOf(cluster);
    if (refcount < references) {
      log.corruption(at, () -> text(at, refcount, references));
    } else if (refcount > references) {
      log.leak(at, () -> text(at, refcount, references));
    }
  }

  private static String text(long at, long refcount, long references) {
    return "the cluster at "
        + at
        + " has refcount "
        + refcount
        + " and "
        + references
        + " references";
  }
}
