package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.qcow2.RefcountComparison.Differences;

/// Looks whether an image is consistent, and never writes.
///
/// Every table is walked once, so that time is bounded by the length of the file and not by what is
/// in it, and memory by [CheckLimits]. What is looked at: header, refcount table and blocks, L1 and
/// L2 tables of the active disk and of all internal snapshots with reserved bits, COPIED flags,
/// compressed clusters and subcluster bitmaps, snapshot table, bitmap directory and bitmap tables;
/// the references to each cluster are compared with its refcount. What is called a corruption, a
/// leak or an error is what `qemu-img check` calls so.
///
/// It reads tables with code of its own ([SnapshotEntry], [BitmapEntry], [RefcountBits]), so that
/// it does not repeat a mistake of the code that writes them.
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
      return log.result(clusters(header, walk, compare(header, walk, log)));
    } catch (BlockException e) {
      if (e.kind() != BlockException.Kind.UNSUPPORTED) {
        throw e;
      }
      log.checkError(0, e::getMessage);
      return log.result(new CheckResult.Clusters(0, 0, 0, 0, 0));
    }
  }

  private static long compare(Qcow2Header header, ReferenceWalk walk, CheckLog log) {
    return walk.compare(new Logged(header.geometry(), log));
  }

  /// Differences become findings.
  private record Logged(Geometry geometry, CheckLog log) implements Differences {
    @Override
    public void differ(long cluster, long refcount, long references) {
      long at = geometry.offsetOf(cluster);
      if (refcount < references) {
        log.corruption(at, () -> text(at, refcount, references));
      } else {
        log.leak(at, () -> text(at, refcount, references));
      }
    }

    @Override
    public void unknown(long cluster) {
      long at = geometry.offsetOf(cluster);
      log.checkError(at, () -> "the refcount of the cluster at " + at + " cannot be told");
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
