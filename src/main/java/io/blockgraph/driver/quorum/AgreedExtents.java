package io.blockgraph.driver.quorum;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// The extents of a quorum: zeroes where every child says zeroes, data elsewhere. Who cannot say,
/// says data.
final class AgreedExtents {
  private final Voters voters;

  AgreedExtents(Voters voters) {
    this.voters = voters;
  }

  List<Extent> of(ByteRange range) {
    if (range.isEmpty()) {
      return List.of();
    }
    List<Extent> agreed = zeroesOrData(ask(0, range));
    for (int i = 1; i < voters.count(); i++) {
      agreed = both(agreed, zeroesOrData(ask(i, range)));
    }
    return agreed;
  }

  private List<Extent> ask(int index, ByteRange range) {
    try {
      return Extents.of(voters.disk(index), range);
    } catch (BlockException e) {
      Request request = new Request(Request.Operation.EXTENTS, range);
      voters.reports().failed(voters.name(index), request, e);
      return List.of(Extent.data(range));
    }
  }

  /// Depth and place in a file are a child's own; as the quorum's they would be wrong.
  private static List<Extent> zeroesOrData(List<Extent> extents) {
    return extents.stream().map(e -> extent(e.range(), e.kind().readsAsZero())).toList();
  }

  private static Extent extent(ByteRange range, boolean zeroes) {
    return zeroes ? Extent.hole(range) : Extent.data(range);
  }

  /// Goes along both lists, as far as both reach.
  private static List<Extent> both(List<Extent> left, List<Extent> right) {
    List<Extent> merged = new ArrayList<>();
    Iterator<Extent> lefts = left.iterator();
    Iterator<Extent> rights = right.iterator();
    Extent a = lefts.next();
    Extent b = rights.next();
    while (true) {
      boolean zeroes = a.kind().readsAsZero() && b.kind().readsAsZero();
      append(merged, a.range().intersect(b.range()), zeroes);
      long end = Math.min(a.range().end(), b.range().end());
      if ((a.range().end() == end && !lefts.hasNext())
          || (b.range().end() == end && !rights.hasNext())) {
        return merged;
      }
      a = a.range().end() == end ? lefts.next() : a;
      b = b.range().end() == end ? rights.next() : b;
    }
  }

  private static void append(List<Extent> to, ByteRange range, boolean zeroes) {
    if (!to.isEmpty() && to.getLast().kind().readsAsZero() == zeroes) {
      long start = to.removeLast().range().offset();
      to.add(extent(ByteRange.between(start, range.end()), zeroes));
    } else {
      to.add(extent(range, zeroes));
    }
  }
}
