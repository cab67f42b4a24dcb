package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Reads the bits of a bitmap out of a file, a cluster at a time. One thread.
final class BitmapReader {
  static final ValueLayout.OfLong BITS =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final long ALL_SET = 1;

  private final BlockIo file;
  private final ImageState state;
  private final long wordsPerCluster;

  BitmapReader(BlockIo file, ImageState state) {
    this.file = file;
    this.state = state;
    this.wordsPerCluster = state.geometry.clusterSize() / Long.BYTES;
  }

  /// Marks in `bits` what entry `index` of the table says.
  void read(DirtyBits bits, int index, long entry) {
    long offset = entry & BitmapDirectory.OFFSET;
    if (offset == 0 && entry == ALL_SET) {
      setAll(bits, index);
      return;
    }
    if (offset == 0) {
      return;
    }
    long last = file.sizeBytes() - state.geometry.clusterSize();
    if (state.geometry.within(offset) != 0 || offset > last) {
      throw BadImage.field("bitmap cluster", offset, entry, "is no cluster within the file");
    }
    try (ScratchBuffers.Lease lease = state.clusterBuffers.borrow()) {
      MemorySegment in = lease.first(state.geometry.clusterSize());
      file.read(offset, in);
      for (long i = 0; i < wordsPerCluster; i++) {
        bits.setWord(index * wordsPerCluster + i, in.get(BITS, i * Long.BYTES));
      }
    }
  }

  private void setAll(DirtyBits bits, int index) {
    long bytes = wordsPerCluster * Long.SIZE * bits.granularityBytes();
    long start = index * bytes;
    if (start < bits.sizeBytes()) {
      bits.set(ByteRange.between(start, Math.min(bits.sizeBytes(), start + bytes)));
    }
  }
}
