package io.blockgraph.driver.qcow2;

import java.util.OptionalLong;
import java.util.function.Supplier;

/// The references a walk has found, counted per cluster of the file. One thread.
final class References {
  private final Geometry geometry;
  private final long fileBytes;
  private final ClusterCounts counts;
  private final CheckLog log;

  References(Geometry geometry, long fileBytes, long counterBytes, CheckLog log) {
    this.geometry = geometry;
    this.fileBytes = fileBytes;
    this.counts = new ClusterCounts(geometry.maxRefcount(), counterBytes);
    this.log = log;
  }

  /// Counts `times` references to all clusters that hold a part of `[offset, offset + length)`.
  ///
  /// @param what names the reference when something is wrong with it
  void add(long offset, long length, long times, Supplier<String> what) {
    if (length <= 0) {
      return;
    }
    if (offset + length - fileBytes >= geometry.clusterSize()) {
      log.corruptions(
          times,
          offset,
          OptionalLong.empty(),
          () -> what.get() + " at " + offset + " ends behind the file's end, " + fileBytes);
      return;
    }
    long last = geometry.clusterOf(offset + length - 1);
    for (long cluster = geometry.clusterOf(offset); cluster <= last; cluster++) {
      addCluster(cluster, times, what);
    }
  }

  private void addCluster(long cluster, long times, Supplier<String> what) {
    long tooMany = counts.add(cluster, times);
    if (tooMany > 0) {
      log.corruptions(
          tooMany,
          geometry.offsetOf(cluster),
          OptionalLong.empty(),
          () ->
              what.get()
                  + " references cluster "
                  + cluster
                  + " more often than its refcount can say, "
                  + geometry.maxRefcount());
    }
  }

  /// The counts.
  ClusterCounts counts() {
    return counts;
  }
}
