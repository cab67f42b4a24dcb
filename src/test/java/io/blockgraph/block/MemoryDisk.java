package io.blockgraph.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// A disk in memory that can do everything, and knows what a power cut would leave of it.
///
/// It keeps two copies: what readers see, and what has been flushed. Blocks of 4 KiB that were
/// never written or were zeroed or discarded whole are holes. All methods are atomic.
public final class MemoryDisk implements BlockIo, Zeroable, Discardable, Resizable, Extents {
  private static final int BLOCK_BYTES = 4096;

  private MemorySegment bytes;
  private MemorySegment durable;
  private final BitSet stored = new BitSet();
  private long flushes;

  /// A disk of zeroes, all of it a hole.
  public MemoryDisk(long sizeBytes) {
    bytes = allocate(sizeBytes);
    durable = allocate(sizeBytes);
  }

  private static MemorySegment allocate(long sizeBytes) {
    return Arena.ofAuto().allocate(sizeBytes, BLOCK_BYTES);
  }

  @Override
  public synchronized void read(long offset, MemorySegment into) {
    ByteRange.requireWithin(offset, into.byteSize(), bytes.byteSize());
    MemorySegment.copy(bytes, offset, into, 0, into.byteSize());
  }

  @Override
  public synchronized void write(long offset, MemorySegment from) {
    ByteRange.requireWithin(offset, from.byteSize(), bytes.byteSize());
    MemorySegment.copy(from, 0, bytes, offset, from.byteSize());
    if (from.byteSize() > 0) {
      stored.set(block(offset), block(offset + from.byteSize() - 1) + 1);
    }
  }

  @Override
  public synchronized void flush() {
    flushes++;
    durable.copyFrom(bytes);
  }

  @Override
  public synchronized long sizeBytes() {
    return bytes.byteSize();
  }

  @Override
  public synchronized void zero(ByteRange range, Mode mode) {
    range.within(bytes.byteSize());
    bytes.asSlice(range.offset(), range.length()).fill((byte) 0);
    if (mode == Mode.KEEP_ALLOCATED && !range.isEmpty()) {
      stored.set(block(range.offset()), block(range.end() - 1) + 1);
    } else {
      stored.clear(
          block(range.offset() + BLOCK_BYTES - 1),
          Math.max(block(range.offset() + BLOCK_BYTES - 1), block(range.end())));
    }
  }

  @Override
  public void discard(ByteRange range) {
    zero(range, Mode.MAY_UNMAP);
  }

  @Override
  public synchronized void resize(long sizeBytes) {
    if (sizeBytes < 0) {
      throw new BlockException(
          BlockException.Kind.INVALID, "a disk cannot have " + sizeBytes + " bytes");
    }
    MemorySegment resized = allocate(sizeBytes);
    long kept = Math.min(sizeBytes, bytes.byteSize());
    MemorySegment.copy(bytes, 0, resized, 0, kept);
    MemorySegment resizedDurable = allocate(sizeBytes);
    MemorySegment.copy(durable, 0, resizedDurable, 0, kept);
    bytes = resized;
    durable = resizedDurable;
    stored.clear(block(sizeBytes + BLOCK_BYTES - 1), Integer.MAX_VALUE);
  }

  @Override
  public synchronized List<Extent> extents(ByteRange range) {
    range.within(sizeBytes());
    List<Extent> extents = new ArrayList<>();
    for (long at = range.offset(); at < range.end() && extents.size() < MAX_PER_CALL; ) {
      boolean isStored = stored.get(block(at));
      int changes = isStored ? stored.nextClearBit(block(at)) : stored.nextSetBit(block(at));
      long end = changes < 0 ? range.end() : Math.min(range.end(), (long) changes * BLOCK_BYTES);
      ByteRange run = ByteRange.between(at, end);
      extents.add(isStored ? Extent.data(run) : Extent.hole(run));
      at = end;
    }
    return extents;
  }

  /// The bytes of a range, as readers see them.
  public synchronized byte[] content(long offset, int length) {
    return bytes.asSlice(offset, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  /// The bytes of a range, as a power cut would leave them.
  public synchronized byte[] durableContent(long offset, int length) {
    return durable.asSlice(offset, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
  }

  /// How often it was flushed.
  public synchronized long flushes() {
    return flushes;
  }

  private static int block(long offset) {
    return Math.toIntExact(offset / BLOCK_BYTES);
  }
}
