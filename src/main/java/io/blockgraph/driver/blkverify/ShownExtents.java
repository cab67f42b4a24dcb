package io.blockgraph.driver.blkverify;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// The extents of the raw side. Zeroes are shown as zeroes only where the test side says so too:
/// else somebody who asks for extents would pass over a difference instead of reading it.
final class ShownExtents {
  private final Sides sides;

  ShownExtents(Sides sides) {
    this.sides = sides;
  }

  List<Extent> of(ByteRange range) {
    List<Extent> shown = new ArrayList<>();
    for (Extent extent : Extents.of(sides.raw(), range)) {
      long end = extent.kind().readsAsZero() ? addCompared(extent, shown) : addAsIs(extent, shown);
      if (end < extent.range().end() || shown.size() >= Extents.MAX_PER_CALL) {
        break;
      }
    }
    return shown;
  }

  private static long addAsIs(Extent extent, List<Extent> shown) {
    shown.add(extent);
    return extent.range().end();
  }

  /// Adds what the test side makes of an extent of zeroes, and answers how far that reaches.
  private long addCompared(Extent zeroes, List<Extent> shown) {
    long end = zeroes.range().offset();
    for (Extent other : ofTest(zeroes.range())) {
      if (shown.size() >= Extents.MAX_PER_CALL) {
        break;
      }
      Extent.Kind kind = other.kind().readsAsZero() ? zeroes.kind() : Extent.Kind.DATA;
      shown.add(new Extent(other.range(), kind, depth(zeroes, kind), OptionalLong.empty()));
      end = other.range().end();
    }
    return end;
  }

  private static int depth(Extent zeroes, Extent.Kind kind) {
    return kind == Extent.Kind.DATA ? Math.max(0, zeroes.depth()) : zeroes.depth();
  }

  /// A side that cannot tell may hold anything; reading it will meet the trouble again.
  private List<Extent> ofTest(ByteRange range) {
    try {
      return Extents.of(sides.test(), range);
    } catch (BlockException e) {
      return List.of(Extent.data(range));
    }
  }
}
