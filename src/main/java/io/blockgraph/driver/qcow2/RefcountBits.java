package io.blockgraph.driver.qcow2;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Refcounts as they are packed in a refcount block: 1 to 64 bits each, narrow ones from the lowest
/// bits of a byte on, wide ones big-endian.
final class RefcountBits {
  private RefcountBits() {}

  /// The refcount with number `index`; a 64-bit one beyond the largest long counts as that.
  static long get(MemorySegment block, int order, long index) {
    return switch (order) {
      case 4 -> BigEndian.getUnsignedShort(block, index * 2);
      case 5 -> BigEndian.getUnsignedInt(block, index * 4);
      case 6 -> clamp(BigEndian.getLong(block, index * 8));
      default -> {
        int perByte = 3 - order;
        int shift = (int) (index & ((1 << perByte) - 1)) << order;
        int octet = Byte.toUnsignedInt(block.get(ValueLayout.JAVA_BYTE, index >>> perByte));
        yield octet >>> shift & ((1 << (1 << order)) - 1);
      }
    };
  }

  /// Sets a refcount, which fits into the width.
  static void set(MemorySegment block, int order, long index, long value) {
    switch (order) {
      case 4 -> BigEndian.putShort(block, index * 2, (int) value);
      case 5 -> BigEndian.putInt(block, index * 4, (int) value);
      case 6 -> BigEndian.putLong(block, index * 8, value);
      default -> {
        int perByte = 3 - order;
        int shift = (int) (index & ((1 << perByte) - 1)) << order;
        int mask = ((1 << (1 << order)) - 1) << shift;
        int octet = block.get(ValueLayout.JAVA_BYTE, index >>> perByte);
        int changed = (octet & ~mask) | (int) value << shift;
        block.set(ValueLayout.JAVA_BYTE, index >>> perByte, (byte) changed);
      }
    }
  }

  private static long clamp(long stored) {
    return stored < 0 ? Long.MAX_VALUE : stored;
  }
}
