package io.blockgraph.driver.blkverify;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.RequestBarrier;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.block.Zeroes;
import io.blockgraph.driver.Barriers;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.RangeLocks;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Consumer;

/// The raw side, read together with the test side and compared byte for byte.
///
/// Overlapping changes reach the sides one after the other: in different orders they would leave
/// them different for good. A read takes no lock; only when it finds the sides different it looks
/// again with the range to itself, so that a write that is under way is not mistaken for a
/// difference.
final class BlkverifyDisk extends FilterDisk implements RequestBarrier {
  /// The longest range that is compared at once.
  private static final long MAX_BYTES = 1 << 20;

  /// Shared by all pairs; a read needs one.
  private static final ScratchBuffers BUFFERS = new ScratchBuffers(MAX_BYTES, 16);

  private final Sides sides;
  private final BlkverifyNode node;

  BlkverifyDisk(Sides sides, BlkverifyNode node) {
    super(sides.raw());
    this.sides = sides;
    this.node = node;
  }

  @Override
  public long sizeBytes() {
    return sides.shownBytes();
  }

  @Override
  public void awaitRequests(long deadlineMs) {
    Barriers.awaitAll(sides.children().byName().values(), deadlineMs);
  }

  @Override
  public void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), sides.requireLength());
    try (ScratchBuffers.Lease lease = BUFFERS.borrow()) {
      for (long done = 0; done < into.byteSize(); done += MAX_BYTES) {
        long length = Math.min(MAX_BYTES, into.byteSize() - done);
        compare(offset + done, into.asSlice(done, length), lease.first(length));
      }
    }
  }

  private void compare(long offset, MemorySegment into, MemorySegment other) {
    if (difference(offset, into, other) < 0) {
      return;
    }
    ByteRange range = new ByteRange(offset, into.byteSize());
    try (RangeLocks.Held held = node.locks().exclude(range)) {
      long at = difference(offset, into, other);
      if (at >= 0) {
        throw node.mismatch(range, offset + at);
      }
    }
  }

  /// Reads both sides; where in the range they begin to differ, or -1.
  private long difference(long offset, MemorySegment into, MemorySegment other) {
    sides.on(Sides.RAW, disk -> disk.read(offset, into));
    sides.on(Sides.TEST, disk -> disk.read(offset, other));
    return into.mismatch(other);
  }

  @Override
  public void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), sides.requireLength());
    change(new ByteRange(offset, from.byteSize()), disk -> disk.write(offset, from));
  }

  /// The test side may have no fast way where the raw side has one: then it takes the slow one, so
  /// that both are zero.
  @Override
  public void zero(ByteRange range, Mode mode) {
    range.within(sides.requireLength());
    Mode other = mode == Mode.FAST_ONLY ? Mode.MAY_UNMAP : mode;
    try (RangeLocks.Held held = node.locks().exclude(range)) {
      sides.on(Sides.RAW, disk -> Zeroes.zero(disk, range, mode));
      sides.on(Sides.TEST, disk -> Zeroes.zero(disk, range, other));
    }
  }

  /// A discard leaves old bytes or zeroes, and each side its own choice: only zeroes are the same
  /// on both.
  @Override
  public void discard(ByteRange range) {
    zero(range, Mode.MAY_UNMAP);
  }

  private void change(ByteRange range, Consumer<BlockIo> request) {
    try (RangeLocks.Held held = node.locks().exclude(range)) {
      sides.both(request);
    }
  }

  @Override
  public void flush() {
    sides.both(BlockIo::flush);
  }

  @Override
  public void resize(long sizeBytes) {
    sides.changes().set(sides.lengths(), sizeBytes);
  }

  @Override
  public long lengthFor(long sizeBytes) {
    return sides.lengths().lengthFor(sizeBytes);
  }

  @Override
  public List<Extent> extents(ByteRange range) {
    range.within(sides.requireLength());
    return new ShownExtents(sides).of(range);
  }
}
