package io.blockgraph.driver.qcow2;

import io.blockgraph.driver.ImageFormat.CheckReport;
import java.util.List;
import java.util.Map;

/// What a check of an image found. All counts are complete; `findings` are only the first of them.
///
/// @param corruptions contradictions that endanger data
/// @param leaks clusters with a refcount above the number of their references
/// @param checkErrors places that could not be checked
/// @param clusters counts of the guest's clusters
/// @param findings the first findings, in the order of the walk
public record CheckResult(
    long corruptions, long leaks, long checkErrors, Clusters clusters, List<Finding> findings) {

  /// Counts over the active disk, internal snapshots left out.
  ///
  /// @param total clusters of the guest's disk
  /// @param allocated those with storage
  /// @param compressed those stored compressed
  /// @param fragmented those that do not follow the one before in the file; all compressed ones
  /// @param imageEndOffset the end of the last cluster in use, in bytes of the file
  public record Clusters(
      long total, long allocated, long compressed, long fragmented, long imageEndOffset) {}

  /// Keeps its own copy of the findings.
  public CheckResult {
    findings = List.copyOf(findings);
  }

  /// Whether nothing at all was found.
  public boolean isClean() {
    return corruptions == 0 && leaks == 0 && checkErrors == 0;
  }

  /// The same in the words that all image formats share.
  public CheckReport report() {
    return new CheckReport(
        corruptions,
        leaks,
        checkErrors,
        findings.stream().map(Finding::text).toList(),
        Map.of(
            "totalClusters", clusters.total(),
            "allocatedClusters", clusters.allocated(),
            "compressedClusters", clusters.compressed(),
            "fragmentedClusters", clusters.fragmented(),
            "imageEndOffset", clusters.imageEndOffset()));
  }
}
