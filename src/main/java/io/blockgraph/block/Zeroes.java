package io.blockgraph.block;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Zeroing of any disk: by its own means where it has them, else by writing zeroes.
public final class Zeroes {
  private static final long CHUNK_BYTES = 1 << 20;
  private static final MemorySegment ZEROES =
      Arena.global().allocate(CHUNK_BYTES, 4096).asReadOnly();

  private Zeroes() {}

  /// Makes `range` of `disk` read as zeroes.
  ///
  /// @throws BlockException UNSUPPORTED for FAST_ONLY on a disk without means of its own
  public static void zero(BlockIo disk, ByteRange range, Zeroable.Mode mode) {
    range.within(disk.sizeBytes());
    if (disk instanceof Zeroable zeroable) {
      zeroable.zero(range, mode);
    } else if (mode == Zeroable.Mode.FAST_ONLY) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED, "the disk has no fast way to zero a range");
    } else {
      write(disk, range);
    }
  }

  /// Writes zeroes over `range` of `disk`.
  public static void write(BlockIo disk, ByteRange range) {
    long offset = range.offset();
    while (offset < range.end()) {
      long length = Math.min(CHUNK_BYTES, range.end() - offset);
      disk.write(offset, ZEROES.asSlice(0, length));
      offset += length;
    }
  }

  /// Whether every byte of `bytes` is zero.
  public static boolean areIn(MemorySegment bytes) {
    long offset = 0;
    while (offset < bytes.byteSize()) {
      long length = Math.min(CHUNK_BYTES, bytes.byteSize() - offset);
      if (bytes.asSlice(offset, length).mismatch(ZEROES.asSlice(0, length)) >= 0) {
        return false;
      }
      offset += length;
    }
    return true;
  }
}
