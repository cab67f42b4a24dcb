package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BackingLink;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Clustered;
import io.blockgraph.block.CompressedWrites;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Emptiable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.InternalSnapshot;
import io.blockgraph.block.InternalSnapshots;
import io.blockgraph.block.Relinkable;
import io.blockgraph.block.RequestBarrier;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Settleable;
import io.blockgraph.block.Writeback;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Amendable;
import io.blockgraph.graph.Options;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// A qcow2 image over the disks below it, as one binding of the graph sees it. Immutable; any
/// thread.
final class Qcow2Io
    implements BlockIo,
        Clustered,
        CompressedWrites,
        Zeroable,
        Discardable,
        Resizable,
        Relinkable,
        Extents,
        Emptiable,
        InternalSnapshots,
        RequestBarrier,
        Settleable,
        Writeback,
        Amendable {
  private final Qcow2Image image;
  private final Disks disks;

  Qcow2Io(Qcow2Image image, Disks disks) {
    this.image = image;
    this.disks = disks;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sizeBytes());
    int epoch = image.epochs().enter();
    try {
      image.reads.read(disks, offset, into);
    } finally {
      image.epochs().leave(epoch);
    }
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    change(() -> image.writes.write(disks, offset, from));
  }

  @Override
  public boolean canCompress() {
    return image.compressing.isPossible();
  }

  @Override
  public void writeCompressed(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    change(() -> image.compressing.write(disks, offset, from));
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    range.within(sizeBytes());
    if (!range.isEmpty()) {
      change(() -> image.zeroing.zero(disks, range, mode));
    }
  }

  @Override
  public void discard(ByteRange range) {
    range.within(sizeBytes());
    if (!range.isEmpty()) {
      change(() -> image.zeroing.discard(disks, range));
    }
  }

  @Override
  public void resize(long sizeBytes) {
    image.start.ensure(disks);
    image.resizer.resize(disks, sizeBytes);
  }

  @Override
  public long lengthFor(long sizeBytes) {
    image.start.requireSound();
    return image.resizer.lengthFor(disks, sizeBytes);
  }

  @Override
  public void link(BackingLink link) {
    image.corruption.requireSound();
    image.backingName.change(disks.file(), link);
  }

  @Override
  public void unlink() {
    image.corruption.requireSound();
    image.backingName.drop(disks.file());
  }

  @Override
  public Amendment amendment(Options options) {
    AmendOptions wanted = AmendOptions.of(options);
    image.amender.requirePossible(wanted);
    return new Qcow2Amendment(wanted);
  }

  /// Begins a change of version or flags.
  ZeroFlagSearch beginAmend(AmendOptions wanted) {
    return image.amender.begin(disks, wanted);
  }

  /// Goes on with it; false when nothing is left but [#amend].
  boolean advanceAmend(AmendOptions wanted, ZeroFlagSearch search) {
    return image.amender.advance(disks, wanted, search);
  }

  /// Changes version or flags; when no other request is under way.
  void amend(AmendOptions wanted, ZeroFlagSearch search) {
    image.amender.amend(disks, wanted, search);
  }

  @Override
  public void makeEmpty() {
    image.start.ensure(disks);
    image.emptier.makeEmpty(disks);
  }

  @Override
  public List<InternalSnapshot> snapshots() {
    return image.snapshots.table(disks).snapshots().stream().map(s -> s.shown()).toList();
  }

  @Override
  public void change(SnapshotChange change) {
    image.change(disks, change);
  }

  @Override
  public void requirePossible(SnapshotChange change) {
    image.start.requireSound();
    image.snapshots.requirePossible(disks, change);
  }

  @Override
  public BlockIo snapshot(String id) {
    return image.show(disks, id);
  }

  @Override
  public void awaitRequests(long deadlineMs) {
    if (!image.epochs().awaitAll(deadlineMs)) {
      throw new BlockException(
          BlockException.Kind.TIMEOUT,
          "requests of the image were still under way after " + deadlineMs + " ms");
    }
  }

  private void change(Runnable request) {
    image.start.ensure(disks);
    int epoch = image.epochs().enter();
    try {
      request.run();
    } finally {
      image.epochs().leave(epoch);
    }
    image.writeBack.relieve(disks);
  }

  /// Without a write of ours there is nothing to bring into the file, but what an earlier, killed
  /// service wrote may still be on its way to the disk.
  @Override
  public void flush() {
    if (image.isWriting()) {
      image.writeBack.flush(disks);
    } else {
      disks.flush();
    }
  }

  /// The guest's data; tables are written when the image is flushed.
  @Override
  public void startWriteback() {
    Writeback.start(disks.data());
  }

  @Override
  public void settle() {
    image.settle(disks.file(), disks.dataFile());
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    range.within(sizeBytes());
    int epoch = image.epochs().enter();
    try {
      return image.extents.extents(disks, range);
    } finally {
      image.epochs().leave(epoch);
    }
  }

  @Override
  public long sizeBytes() {
    return image.sizeBytes();
  }

  @Override
  public long clusterBytes() {
    return image.clusterBytes();
  }
}
