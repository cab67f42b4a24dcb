package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import java.lang.foreign.MemorySegment;

/// A part of a VMDK disk that one file holds. Offsets count from where the part begins. Any thread.
interface VmdkExtent {
  /// As [ImportedImage#find].
  Span find(BlockIo file, long offset, long most);

  /// As [ImportedImage#unitBytes].
  default long unitBytes() {
    return 1 << 20;
  }

  /// As [ImportedImage#readCompressed].
  default void readCompressed(BlockIo file, Span span, long offset, MemorySegment into) {
    throw new IllegalStateException("no compressed grains here");
  }

  /// Bytes as they are, from an offset of the file on.
  record Flat(long fileOffset) implements VmdkExtent {
    @Override
    public Span find(BlockIo file, long offset, long most) {
      return Span.data(most, fileOffset + offset);
    }
  }

  /// Zeroes.
  record Zero() implements VmdkExtent {
    @Override
    public Span find(BlockIo file, long offset, long most) {
      return Span.hole(most);
    }
  }
}
