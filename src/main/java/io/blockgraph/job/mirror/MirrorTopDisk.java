package io.blockgraph.job.mirror;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The source as its users see it while it is mirrored: their writes are noted, and in
/// write-blocking mode made twice.
///
/// It shows the job the two disks it stands over ([#source], [#target]), so that one request of the
/// job, behind its gate, can use both as they are bound at that moment.
final class MirrorTopDisk implements BlockIo, Zeroable, Discardable, Extents, Resizable {
  private final BlockIo source;
  private final BlockIo target;
  private final Tracker tracker;

  MirrorTopDisk(BlockIo source, BlockIo target, Tracker tracker) {
    this.source = source;
    this.target = target;
    this.tracker = tracker;
  }

  BlockIo source() {
    return source;
  }

  BlockIo target() {
    return target;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    source.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange range = new ByteRange(offset, from.byteSize()).within(source.sizeBytes());
    tracker.change(
        range,
        () -> source.write(offset, from),
        () -> tracker.toTarget(range, () -> target.write(offset, from)));
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    range.within(source.sizeBytes());
    tracker.change(
        range,
        () -> Zeroes.zero(source, range, mode),
        () ->
            tracker.toTarget(
                range, () -> Zeroes.zero(target, range, tracker.clusters().zeroMode(mode))));
  }

  /// A discarded range reads as before or as zeroes, and each disk may decide otherwise: so it is
  /// always copied later.
  @Override
  public void discard(ByteRange range) {
    range.within(source.sizeBytes());
    if (source instanceof Discardable discardable) {
      tracker.changeSource(range, () -> discardable.discard(range));
    }
  }

  @Override
  public void flush() {
    source.flush();
  }

  /// The job shares RESIZE with nobody, and that is what a caller should hear: who stands in the
  /// way.
  @Override
  public long lengthFor(long sizeBytes) {
    if (!(source instanceof Resizable resizable)) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED, "the disk below the filter has a fixed length");
    }
    return resizable.lengthFor(sizeBytes);
  }

  @Override
  public void resize(long sizeBytes) {
    throw new BlockException(
        BlockException.Kind.UNSUPPORTED, "a disk keeps its length while it is mirrored");
  }

  @Override
  public long sizeBytes() {
    return source.sizeBytes();
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    return Extents.of(source, range);
  }
}
