package io.blockgraph.job.replication;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.RequestBarrier;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.block.Zeroable;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.Barriers;
import io.blockgraph.driver.RangeLocks;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The secondary disk as the primary sees it: before a byte of it changes for the first time since
/// the last checkpoint, its old content is saved into the hidden disk.
///
///     primary ──> this ── file ────> secondary disk <──┐
///                   └──── hidden ──> hidden disk ──────┘ backing
///                                        ^
///     secondary ──> replication ──> active disk
///
/// Saving a unit, in this order:
///
///     1  nobody else saves it meanwhile (range lock)
///     2  what the hidden disk does not hold of it is copied there
///     3  the hidden disk is flushed              after a crash it shows the old bytes
///     4  requests under way on it have ended     nobody is left who found nothing there and is
///                                                about to read the secondary disk instead
///     5  only then the secondary disk is written
///
/// When saving fails the write fails, and neither disk has lost anything.
final class ReplicationTopDisk implements BlockIo, Zeroable, Discardable, Extents {
  private static final long BARRIER_MS = 30_000;

  private final BlockIo secondary;
  private final BlockIo hidden;
  private final ReplicationTopNode node;

  ReplicationTopDisk(BlockIo secondary, BlockIo hidden, ReplicationTopNode node) {
    this.secondary = secondary;
    this.hidden = hidden;
    this.node = node;
  }

  ReplicationTopNode node() {
    return node;
  }

  @Override
  public void read(long offset, MemorySegment into) {
    secondary.read(offset, into);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sizeBytes());
    save(new ByteRange(offset, from.byteSize()));
    secondary.write(offset, from);
  }

  @Override
  public void zero(ByteRange range, Mode mode) {
    save(range.within(sizeBytes()));
    Zeroes.zero(secondary, range, mode);
  }

  @Override
  public void discard(ByteRange range) {
    save(range.within(sizeBytes()));
    if (secondary instanceof Discardable discardable) {
      discardable.discard(range);
    }
  }

  @Override
  public void flush() {
    secondary.flush();
  }

  @Override
  public long sizeBytes() {
    return secondary.sizeBytes();
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    return Extents.of(secondary, range.within(sizeBytes()));
  }

  private void save(ByteRange range) {
    node.requireWritable();
    if (node.saved.containAll(range)) {
      return;
    }
    ByteRange units = SavedUnits.units(range, sizeBytes());
    try (RangeLocks.Held held = node.locks.exclude(units)) {
      if (!node.saved.containAll(units)) {
        copy(units);
        hidden.flush();
        barrier().awaitRequests(BARRIER_MS);
        node.saved.add(units);
      }
    } catch (BlockException e) {
      throw failed(units, e);
    }
  }

  /// A hidden disk that stands in for one that could not be opened knows nothing of requests, nor
  /// of what it holds.
  private RequestBarrier barrier() {
    return Barriers.of(hidden)
        .orElseThrow(
            () ->
                new BlockException(
                    BlockException.Kind.UNSUPPORTED,
                    "the hidden disk cannot tell when its requests have ended"));
  }

  private BlockException failed(ByteRange units, BlockException cause) {
    String why =
        "offset "
            + units.offset()
            + ", length "
            + units.length()
            + " could not be saved in the hidden disk before it is overwritten: "
            + cause.getMessage();
    node.noteFailure(why);
    return new BlockException(cause.kind(), why, cause);
  }

  private void copy(ByteRange units) {
    ByteRange left = units;
    while (!left.isEmpty()) {
      List<Extent> extents = Extents.of(hidden, left);
      for (Extent extent : extents) {
        if (extent.depth() != 0) {
          copy(extent);
        }
      }
      left = ByteRange.between(extents.getLast().range().end(), units.end());
    }
  }

  private void copy(Extent extent) {
    ByteRange range = extent.range();
    if (extent.kind().readsAsZero()) {
      Zeroes.zero(hidden, range, Zeroable.Mode.MAY_UNMAP);
      node.noteSaved(range.length());
      return;
    }
    try (ScratchBuffers.Lease lease = node.buffers.borrow()) {
      for (long at = range.offset(); at < range.end(); ) {
        long length = Math.min(SavedUnits.UNIT_BYTES, range.end() - at);
        MemorySegment bytes = lease.first(length);
        secondary.read(at, bytes);
        keep(at, bytes);
        at += length;
      }
    }
  }

  private void keep(long offset, MemorySegment bytes) {
    if (Zeroes.areIn(bytes)) {
      Zeroes.zero(hidden, new ByteRange(offset, bytes.byteSize()), Zeroable.Mode.MAY_UNMAP);
    } else {
      hidden.write(offset, bytes);
    }
    node.noteSaved(bytes.byteSize());
  }
}
