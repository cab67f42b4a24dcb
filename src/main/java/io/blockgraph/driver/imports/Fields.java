package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A structure read from an image: its fields by their offsets within it. Immutable.
final class Fields {
  /// Which structure it is.
  ///
  /// @param format makes the refusals
  /// @param name for the refusals: `header`
  /// @param order how its numbers are stored
  record Structure(BadImage format, String name, ByteOrder order) {}

  private final Structure structure;
  private final long fileOffset;
  private final byte[] bytes;
  private final ByteBuffer numbers;

  Fields(Structure structure, long fileOffset, byte[] bytes) {
    this.structure = structure;
    this.fileOffset = fileOffset;
    this.bytes = bytes;
    this.numbers = ByteBuffer.wrap(bytes).order(structure.order());
  }

  /// Reads a structure of `length` bytes.
  ///
  /// @throws BlockException BAD_IMAGE when the file ends before its end
  static Fields read(Structure structure, BlockIo file, long fileOffset, int length) {
    if (fileOffset < 0 || fileOffset > file.sizeBytes() - length) {
      throw structure
          .format()
          .tooShort("the " + structure.name(), fileOffset + length, file.sizeBytes());
    }
    return new Fields(structure, fileOffset, bytes(file, fileOffset, length));
  }

  /// Reads plain bytes; the caller has looked that they are there.
  static byte[] bytes(BlockIo file, long offset, int length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(Math.max(1, length)).asSlice(0, length);
      file.read(offset, into);
      return into.toArray(ValueLayout.JAVA_BYTE);
    }
  }

  int u8(int at) {
    return Byte.toUnsignedInt(bytes[at]);
  }

  int u16(int at) {
    return Short.toUnsignedInt(numbers.getShort(at));
  }

  long u32(int at) {
    return Integer.toUnsignedLong(numbers.getInt(at));
  }

  /// A number of 64 bits; from 2^63 on it comes out negative.
  long i64(int at) {
    return numbers.getLong(at);
  }

  String text(int at, int length) {
    return new String(bytes, at, length, StandardCharsets.ISO_8859_1);
  }

  boolean isZero(int at, int length) {
    for (int i = at; i < at + length; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  byte[] copy(int at, int length) {
    return Arrays.copyOfRange(bytes, at, at + length);
  }

  int length() {
    return bytes.length;
  }

  long fileOffset(int at) {
    return fileOffset + at;
  }

  /// Refuses the image because of a field.
  BlockException bad(String field, int at, Object value, String why) {
    return structure.format().field(structure.name() + "." + field, fileOffset + at, value, why);
  }

  /// Refuses the image unless a field of 32 bits keeps a rule.
  void require(boolean holds, String field, int at, String why) {
    if (!holds) {
      throw bad(field, at, u32(at), why);
    }
  }
}
