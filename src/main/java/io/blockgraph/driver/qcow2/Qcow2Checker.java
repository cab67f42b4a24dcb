package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;

/// Looks whether an image is consistent, and never writes.
///
/// Every table is walked once, so that time is bounded by the length of the file and not by what is
/// in it, and memory by [CheckLimits]. What is looked at: header, refcount table and blocks, L1 and
/// L2 tables of the active disk and of all internal snapshots with reserved bits, COPIED flags,
/// compressed clusters and subcluster bitmaps, snapshot table, bitmap directory and bitmap tables;
/// the references to each cluster are compared with its refcount. What is called a corruption, a
/// leak or an error is what `qemu-img check` calls so.
///
/// Nobody may write to the image during the check. Any thread; nothing is kept between calls.
public final class Qcow2Checker {
  private Qcow2Checker() {}

  /// Checks an image within the usual limits.
  ///
  /// @throws BlockException BAD_IMAGE naming field, offset and value when the header must not be
  ///   believed, or what went wrong below
  public static CheckResult check(BlockIo file) {
    return check(file, CheckLimits.DEFAULT);
  }

  /// Checks an image within given limits; what exceeds them is a check error.
  ///
  /// @throws BlockException as [#check(BlockIo)]
  public static CheckResult check(BlockIo file, CheckLimits limits) {
    Qcow2Header header = Qcow2Header.read(file);
    CheckLog log = new CheckLog(limits.findings());
    try (TableReader reader = new TableReader(file, limits.tableBytes())) {
      ReferenceWalk walk = new ReferenceWalk(header, reader, limits, log);
      walk.walk();
      return log.result(clusters(header, walk, compare(header, walk, reader.fileBytes(), log)));
    } catch (BlockException e) {
      if (e.kind() != BlockException.Kind.UNSUPPORTED) {
        throw e;
      }
      log.checkError(0, e::getMessage);
      return log.result(new CheckResult.Clusters(0, 0, 0, 0, 0));
    }
  }

  private static long compare(Qcow2Header header, ReferenceWalk walk, long bytes, CheckLog log) {
    Geometry geometry = header.geometry();
    long clusters = Math.max(geometry.clusterOf(bytes - 1) + 1, walk.counts().highest() + 1);
    return new RefcountComparison(geometry, walk.stored(), walk.counts(), clusters, log).compare();
  }

  private static CheckResult.Clusters clusters(
      Qcow2Header header, ReferenceWalk walk, long highest) {
    Geometry geometry = header.geometry();
    CheckResult.Clusters found = walk.clusters();
    return new CheckResult.Clusters(
        geometry.clustersFor(header.sizeBytes()),
        found.allocated(),
        found.compressed(),
        found.fragmented(),
        geometry.offsetOf(highest + 1));
  }
}
