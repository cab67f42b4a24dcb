package io.blockgraph.driver.qcow2;

import java.lang.foreign.MemorySegment;

/// The header extension that says where the directory of persistent bitmaps lies.
///
/// @param bitmaps entries of the directory
/// @param directoryBytes its length
/// @param directoryOffset its place in the file
record BitmapsExtension(int bitmaps, long directoryBytes, long directoryOffset) {
  static final int BYTES = 24;

  /// Reads the fields; [HeaderParser] has validated them when the image was opened.
  static BitmapsExtension parse(HeaderExtension extension) {
    MemorySegment in = MemorySegment.ofArray(extension.data());
    return new BitmapsExtension(
        BigEndian.getInt(in, 0), BigEndian.getLong(in, 8), BigEndian.getLong(in, 16));
  }

  /// The fields as they stand in a file.
  byte[] data() {
    byte[] data = new byte[BYTES];
    MemorySegment out = MemorySegment.ofArray(data);
    BigEndian.putInt(out, 0, bitmaps);
    BigEndian.putLong(out, 8, directoryBytes);
    BigEndian.putLong(out, 16, directoryOffset);
    return data;
  }

  /// Validates an extension as it stands in a file.
  static void validate(HeaderExtension extension, Geometry geometry) {
    long at = extension.fileOffset();
    if (extension.data().length != BYTES) {
      throw BadImage.field("bitmaps.length", at - 4, extension.data().length, "must be " + BYTES);
    }
    MemorySegment in = MemorySegment.ofArray(extension.data());
    long bitmaps = BigEndian.getUnsignedInt(in, 0);
    if (bitmaps == 0 || bitmaps > Limits.MAX_BITMAPS) {
      throw BadImage.field("nb_bitmaps", at, bitmaps, "must be 1 to " + Limits.MAX_BITMAPS);
    }
    long reserved = BigEndian.getUnsignedInt(in, 4);
    if (reserved != 0) {
      throw BadImage.field("bitmaps.reserved", at + 4, reserved, "must be 0");
    }
    long bytes = BigEndian.getLong(in, 8);
    if (bytes <= 0 || bytes > Limits.MAX_BITMAP_DIRECTORY_BYTES) {
      throw BadImage.field(
          "bitmap_directory_size",
          at + 8,
          bytes,
          "must be 1 to " + Limits.MAX_BITMAP_DIRECTORY_BYTES);
    }
    long offset = BigEndian.getLong(in, 16);
    if (offset <= 0 || offset >= Limits.MAX_OFFSET || geometry.within(offset) != 0) {
      throw BadImage.field(
          "bitmap_directory_offset", at + 16, offset, "must be a cluster's offset");
    }
  }
}
