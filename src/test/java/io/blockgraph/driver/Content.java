package io.blockgraph.driver;

import io.blockgraph.block.BlockIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Bytes in and out of disks, for tests.
public final class Content {
  private Content() {}

  /// The bytes of a range of a disk; the memory they are read into holds something else before.
  public static byte[] read(BlockIo disk, long offset, int length) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment into = arena.allocate(Math.max(1, length)).asSlice(0, length);
      into.fill((byte) 0xEE);
      disk.read(offset, into);
      return into.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /// Writes bytes to a disk.
  public static void write(BlockIo disk, long offset, byte[] bytes) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(Math.max(1, bytes.length)).asSlice(0, bytes.length);
      MemorySegment.copy(bytes, 0, from, ValueLayout.JAVA_BYTE, 0, bytes.length);
      disk.write(offset, from);
    }
  }

  /// Fails unless each of `length` bytes at `offset` is `value`.
  public static void requireAll(BlockIo disk, long offset, int length, int value) {
    int differs = Arrays.mismatch(read(disk, offset, length), same(length, value));
    if (differs >= 0) {
      throw new AssertionError("the byte at offset " + (offset + differs) + " is not " + value);
    }
  }

  /// Writes the same byte `length` times.
  public static void fill(BlockIo disk, long offset, int length, int value) {
    write(disk, offset, same(length, value));
  }

  /// The same byte `length` times.
  public static byte[] same(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }
}
