package io.blockgraph.driver.qcow2;

import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/// A part of a table on its way into the file.
///
/// @param fileOffset where it goes
/// @param words its numbers, a copy nobody changes
record TableWrite(long fileOffset, long[] words) {
  /// Neighbouring parts go into the file together, up to so many bytes.
  static final int MAX_BYTES = 64 << 10;

  private long end() {
    return fileOffset + words.length * 8L;
  }

  /// A whole table in parts that fit into a buffer.
  static List<TableWrite> split(long offset, long[] words) {
    List<TableWrite> parts = new ArrayList<>();
    int most = MAX_BYTES / 8;
    for (int from = 0; from < words.length; from += most) {
      long[] part = Arrays.copyOfRange(words, from, Math.min(words.length, from + most));
      parts.add(new TableWrite(offset + from * 8L, part));
    }
    return parts;
  }

  /// Writes parts in the order of their offsets, neighbours in one go.
  static void writeAll(Disks disks, List<TableWrite> parts, ScratchBuffers scratch) {
    List<TableWrite> sorted =
        parts.stream().sorted(Comparator.comparingLong(TableWrite::fileOffset)).toList();
    try (ScratchBuffers.Lease lease = scratch.borrow()) {
      MemorySegment out = lease.segment();
      int i = 0;
      while (i < sorted.size()) {
        long start = sorted.get(i).fileOffset;
        long end = start;
        while (i < sorted.size()
            && sorted.get(i).fileOffset == end
            && sorted.get(i).end() - start <= out.byteSize()) {
          long[] words = sorted.get(i).words;
          MemorySegment.copy(words, 0, out, BigEndian.LONG, end - start, words.length);
          end += words.length * 8L;
          i++;
        }
        disks.reach(disks.file(), end);
        disks.file().write(start, out.asSlice(0, end - start));
      }
    }
  }
}
