package io.blockgraph.driver.copybeforewrite;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.DiscardablePast;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.driver.ClusterSet;
import io.blockgraph.driver.CopyBeforeWrite;
import io.blockgraph.driver.CopyBeforeWrite.Ends;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;

/// A disk as it looked when its moment began. It cannot be written.
///
/// Where its moment is kept by a bitmap, the rest of it cannot be seen: reads and extents of that
/// fail. So they do where the past was discarded.
///
/// Neither its content nor its length ever changes, however long the disk becomes; so what it once
/// said of its extents stays true. Where the bytes lie changes, and is not told.
final class PastDisk implements BlockIo, Extents, DiscardablePast {
  private final Ends ends;
  private final CopyBeforeWrite moment;
  private final LongAdder discardedBytes;

  PastDisk(Ends ends, CopyBeforeWrite moment, LongAdder discardedBytes) {
    this.ends = ends;
    this.moment = moment;
    this.discardedBytes = discardedBytes;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    ByteRange range = new ByteRange(offset, into.byteSize());
    moment.past(
        ends,
        range,
        (part, disk) ->
            disk.read(part.offset(), into.asSlice(part.offset() - offset, part.length())));
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    if (from.byteSize() > 0) {
      throw new BlockException(BlockException.Kind.READ_ONLY, "a point in time cannot be written");
    }
  }

  /// There is nothing to be made durable: nobody writes.
  @Override
  public void flush() {
    // The past is read through the disks as they are.
  }

  @Override
  public long sizeBytes() {
    return moment.sizeBytes();
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    range.within(sizeBytes());
    List<Extent> all = new ArrayList<>();
    moment.past(ends, moment.seen(range), (part, disk) -> add(all, part, disk));
    return all;
  }

  /// The answer may be a part of what was asked for, but has no gaps.
  private static void add(List<Extent> all, ByteRange part, BlockIo disk) {
    boolean gap = !all.isEmpty() && all.getLast().range().end() < part.offset();
    if (!gap && all.size() < MAX_PER_CALL) {
      Extents.of(disk, part).stream()
          .limit(MAX_PER_CALL - all.size())
          .map(PastDisk::plain)
          .forEach(all::add);
    }
  }

  private static Extent plain(Extent extent) {
    int depth = extent.depth() == Extent.NOWHERE ? Extent.NOWHERE : 0;
    return new Extent(extent.range(), extent.kind(), depth, OptionalLong.empty());
  }

  @Override
  public long clusterBytes() {
    return moment.kept().clusterBytes();
  }

  @Override
  public void discardPast(List<ByteRange> ranges) {
    ranges.forEach(this::discardPast);
    // A format reuses or gives back what was freed no sooner than its tables are durable.
    ends.target().flush();
  }

  private void discardPast(ByteRange range) {
    range.within(sizeBytes());
    long cluster = clusterBytes();
    long from = Math.ceilDiv(range.offset(), cluster) * cluster;
    long to = range.end() == sizeBytes() ? range.end() : range.end() / cluster * cluster;
    if (from < to) {
      ByteRange whole = ByteRange.between(from, to);
      discardedBytes.add(moment.letGo(whole, () -> free(whole)));
    }
  }

  /// The target holds nothing of what is not kept; that is read from the file.
  private void free(ByteRange range) {
    ClusterSet kept = moment.kept();
    long at = range.offset();
    while (at < range.end() && ends.target() instanceof Discardable target) {
      ByteRange missing = kept.nextMissing(at, range.end() - at);
      ByteRange held = ByteRange.between(at, Math.clamp(missing.offset(), at, range.end()));
      if (!held.isEmpty()) {
        target.discard(held);
      }
      at = Math.max(held.end(), missing.end());
    }
  }
}
