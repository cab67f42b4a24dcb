package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// Tells what ranges of the disk hold, down the backing chain, from tables alone. The caller has
/// entered an epoch.
final class ExtentWalk {
  private final ClusterMapping mapping;

  ExtentWalk(ClusterMapping mapping) {
    this.mapping = mapping;
  }

  /// The extents of a prefix of `range`, at most [Extents#MAX_PER_CALL].
  List<Extent> extents(Disks disks, ByteRange range) {
    List<Extent> found = new ArrayList<>();
    long at = range.offset();
    while (at < range.end() && found.size() < Extents.MAX_PER_CALL) {
      Mapping run = mapping.find(disks, at, range.end() - at);
      if (run.kind == Mapping.Kind.UNALLOCATED) {
        at = addBacking(disks, new ByteRange(at, run.bytes), found);
      } else {
        found.add(own(new ByteRange(at, run.bytes), run));
        at += run.bytes;
      }
    }
    return found;
  }

  private static Extent own(ByteRange range, Mapping run) {
    OptionalLong host = OptionalLong.of(run.hostOffset);
    return switch (run.kind) {
      case DATA -> new Extent(range, Extent.Kind.DATA, 0, host);
      case COMPRESSED -> new Extent(range, Extent.Kind.COMPRESSED, 0, OptionalLong.empty());
      case ZERO_ALLOCATED -> new Extent(range, Extent.Kind.ZERO, 0, host);
      case ZERO -> Extent.hole(range);
      case UNALLOCATED -> throw new IllegalStateException("an unallocated extent is not its own");
    };
  }

  /// Adds what the backing disk says of a range; answers up to where.
  private static long addBacking(Disks disks, ByteRange range, List<Extent> found) {
    BlockIo backing = disks.backing();
    long end = Math.min(range.end(), disks.backingBytes());
    long at = range.offset();
    while (backing != null && at < end) {
      for (Extent e : Extents.of(backing, ByteRange.between(at, end))) {
        if (found.size() == Extents.MAX_PER_CALL) {
          return at;
        }
        found.add(e.oneLayerDeeper());
        at = e.range().end();
      }
    }
    if (at < range.end() && found.size() < Extents.MAX_PER_CALL) {
      found.add(Extent.nowhere(ByteRange.between(at, range.end())));
      at = range.end();
    }
    return at;
  }
}
