package io.blockgraph.driver.qcow2;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Big-endian numbers in memory; every number of the format is stored so.
final class BigEndian {
  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private BigEndian() {}

  static long getLong(MemorySegment from, long at) {
    return from.get(LONG, at);
  }

  static int getInt(MemorySegment from, long at) {
    return from.get(INT, at);
  }

  /// An unsigned 32-bit number.
  static long getUnsignedInt(MemorySegment from, long at) {
    return Integer.toUnsignedLong(from.get(INT, at));
  }

  /// An unsigned 16-bit number.
  static int getUnsignedShort(MemorySegment from, long at) {
    return Short.toUnsignedInt(from.get(SHORT, at));
  }

  static void putLong(MemorySegment to, long at, long value) {
    to.set(LONG, at, value);
  }

  static void putInt(MemorySegment to, long at, int value) {
    to.set(INT, at, value);
  }

  static void putShort(MemorySegment to, long at, int value) {
    to.set(SHORT, at, (short) value);
  }
}
