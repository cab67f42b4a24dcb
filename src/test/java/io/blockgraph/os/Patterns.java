package io.blockgraph.os;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Native memory full of one byte value, and questions about it.
final class Patterns {
  private Patterns() {}

  /// Memory that lives as long as somebody holds it.
  static MemorySegment of(int value, long bytes) {
    return Arena.ofAuto().allocate(bytes).fill((byte) value);
  }

  /// How many bytes from the start on have `value`.
  static long prefix(MemorySegment memory, int value) {
    long at = 0;
    while (at < memory.byteSize() && memory.get(JAVA_BYTE, at) == (byte) value) {
      at++;
    }
    return at;
  }

  /// How many bytes have `value`.
  static long count(MemorySegment memory, int value) {
    return memory.elements(JAVA_BYTE).filter(b -> b.get(JAVA_BYTE, 0) == (byte) value).count();
  }

  /// Whether all bytes have `value`.
  static boolean isFull(MemorySegment memory, int value) {
    return prefix(memory, value) == memory.byteSize();
  }

  /// What a file holds in a range that lies within it.
  static MemorySegment read(OpenFile file, long offset, long bytes) {
    MemorySegment memory = of(0x7f, bytes);
    if (file.read(offset, memory) != bytes) {
      throw new AssertionError("the file ends in the range");
    }
    return memory;
  }
}
