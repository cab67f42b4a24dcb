package io.blockgraph.driver.quorum;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import java.util.ArrayList;
import java.util.Collections;
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
    List<List<Extent>> answers = ask(range);
    List<Extent> agreed = zeroesOrData(answers.getFirst());
    for (List<Extent> answer : answers.subList(1, answers.size())) {
      agreed = both(agreed, zeroesOrData(answer));
    }
    return agreed;
  }

  /// What each child says. Each sets its own place of the list.
  private List<List<Extent>> ask(ByteRange range) {
    List<Extent> unknown = List.of(Extent.data(range));
    List<List<Extent>> answers = new ArrayList<>(Collections.nCopies(voters.count(), unknown));
    voters.each(
        new Request(Request.Operation.EXTENTS, range),
        (index, disk) -> answers.set(index, Extents.of(disk, range)));
    return answers;
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
