package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// A table of numbers in a file, of which only the pieces in use are in memory. Any thread.
final class EntryTable {
  private static final int PIECE_BYTES = 64 << 10;
  private static final int PIECES = 32;

  private static final VarHandle LITTLE_INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LITTLE_LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// How wide an entry is and how it is stored.
  enum Width {
    LITTLE_32(Integer.BYTES),
    BIG_32(Integer.BYTES),
    LITTLE_64(Long.BYTES);

    final int bytes;

    Width(int bytes) {
      this.bytes = bytes;
    }

    /// The entry at a place; one of 32 bits is unsigned.
    long get(byte[] from, int at) {
      return switch (this) {
        case LITTLE_32 -> Integer.toUnsignedLong((int) LITTLE_INTS.get(from, at));
        case BIG_32 -> Integer.toUnsignedLong((int) BIG_INTS.get(from, at));
        case LITTLE_64 -> (long) LITTLE_LONGS.get(from, at);
      };
    }
  }

  private final long offset;
  private final long entries;
  private final Width width;
  private final PageCache pieces = new PageCache(PIECES);

  /// A table whose end the caller has looked at.
  EntryTable(long offset, long entries, Width width) {
    this.offset = offset;
    this.entries = entries;
    this.width = width;
  }

  long entries() {
    return entries;
  }

  long get(BlockIo file, long index) {
    assert index >= 0 && index < entries : index + " of " + entries;
    long at = index * width.bytes;
    long piece = at - at % PIECE_BYTES;
    int length = (int) Math.min(PIECE_BYTES, entries * width.bytes - piece);
    return width.get(pieces.get(file, offset + piece, length), (int) (at - piece));
  }
}
