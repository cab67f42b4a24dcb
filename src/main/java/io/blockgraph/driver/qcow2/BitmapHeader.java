package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Changes what the header of an image says of its bitmaps, durably.
final class BitmapHeader {
  private BitmapHeader() {}

  /// Where the header names a directory already, only these fields are written; else the header is
  /// written in one piece.
  static void write(BlockIo file, Qcow2Header before, Qcow2Header after) {
    boolean named =
        before.extension(HeaderExtension.BITMAPS).isPresent()
            && after.extension(HeaderExtension.BITMAPS).isPresent();
    if (named) {
      put(file, after.extensionOffset(HeaderExtension.BITMAPS), after.bitmapsData());
      file.flush();
      after.writeFeatures(file);
    } else {
      put(file, 0, padded(before, after));
    }
    file.flush();
  }

  /// A shorter header is followed by zeroes where the longer one was.
  private static byte[] padded(Qcow2Header before, Qcow2Header after) {
    byte[] now = after.toBytes();
    return java.util.Arrays.copyOf(now, Math.max(now.length, before.toBytes().length));
  }

  private static void put(BlockIo file, long offset, byte[] bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes);
      file.write(offset, out);
    }
  }
}
