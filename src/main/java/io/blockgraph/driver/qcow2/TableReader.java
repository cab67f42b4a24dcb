package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Reads tables of a file that is as long as it was at the beginning, up to a number of bytes.
/// Behind its end a file reads as zeroes. One thread.
final class TableReader implements AutoCloseable {
  private static final int CHUNK_BYTES = 64 << 10;

  private final Arena arena = Arena.ofConfined();
  private final BlockIo file;
  private final long fileBytes;
  private final MemorySegment chunk = arena.allocate(CHUNK_BYTES, 8);
  private long left;

  TableReader(BlockIo file, long budgetBytes) {
    this.file = file;
    this.fileBytes = file.sizeBytes();
    this.left = budgetBytes;
  }

  /// Consumes the entries of a table of 64-bit numbers.
  interface Entries {
    void entry(long index, long value);
  }

  long fileBytes() {
    return fileBytes;
  }

  /// A buffer that lives as long as this reader.
  MemorySegment buffer(long bytes) {
    return arena.allocate(bytes, 8);
  }

  /// Fills a buffer from the file.
  ///
  /// @throws BlockException UNSUPPORTED when the image holds more tables than may be read
  void read(long offset, MemorySegment into) {
    left -= into.byteSize();
    if (left < 0) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED, "the tables of this image are more than may be read");
    }
    long present = Math.clamp(fileBytes - offset, 0, into.byteSize());
    if (present > 0) {
      file.read(offset, into.asSlice(0, present));
    }
    into.asSlice(present).fill((byte) 0);
  }

  /// Reads a table in pieces; what lies behind the end of the file is left out: it is zero.
  void entries(long offset, long count, Entries consumer) {
    long present = Math.clamp((fileBytes - offset + 7) / 8, 0, count);
    for (long first = 0; first < present; first += CHUNK_BYTES / 8) {
      long here = Math.min(present - first, CHUNK_BYTES / 8);
      read(offset + first * 8, chunk.asSlice(0, here * 8));
      long[] values = chunk.asSlice(0, here * 8).toArray(BigEndian.LONG);
      for (int i = 0; i < here; i++) {
        consumer.entry(first + i, values[i]);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
