package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.MemorySegment;

/// Reads whole tables of big-endian words out of a file.
final class WordReader {
  private WordReader() {}

  /// Reads `count` words at `offset`; zeroes behind the file's end. The caller has checked `count`.
  static long[] read(BlockIo file, long offset, int count, ScratchBuffers scratch) {
    long[] words = new long[count];
    try (ScratchBuffers.Lease lease = scratch.borrow()) {
      int most = (int) (lease.segment().byteSize() / 8);
      for (int done = 0; done < count; ) {
        int part = Math.min(most, count - done);
        MemorySegment in = lease.first(part * 8L);
        Disks.readPadded(file, offset + done * 8L, in);
        MemorySegment.copy(in, BigEndian.LONG, 0, words, done, part);
        done += part;
      }
    }
    return words;
  }
}
