package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The persistent bitmaps of an image, as its bitmap directory lists them.
///
/// @param bitmaps in the order of the directory
record BitmapDirectory(List<Bitmap> bitmaps) {
  static final int IN_USE = 1;
  static final int AUTO = 1 << 1;
  private static final int FIXED_BYTES = 24;
  private static final int FLAGS_AT = 12;
  private static final int DIRTY_TRACKING = 1;

  /// The part of a bitmap table's entry that says where a cluster of bits lies.
  static final long OFFSET = 0x00ff_ffff_ffff_fe00L;

  /// A persistent bitmap.
  ///
  /// @param entryOffset where its directory entry lies in the file
  /// @param tableOffset where its table of clusters lies
  /// @param tableEntries entries of that table
  /// @param flags in use, automatic
  /// @param granularityBits log2 of the bytes a bit stands for
  /// @param name its name
  /// @param isUnderstood whether there is nothing more to it: no other kind, no further flags or
  ///   data, a name in UTF-8
  record Bitmap(
      long entryOffset,
      long tableOffset,
      int tableEntries,
      int flags,
      int granularityBits,
      String name,
      boolean isUnderstood) {
    boolean inUse() {
      return (flags & IN_USE) != 0;
    }

    /// Whether it has to follow every write.
    boolean auto() {
      return (flags & AUTO) != 0;
    }

    /// Its clusters: offsets, or 0 and 1 for "all clear" and "all set".
    long[] table(BlockIo file, ScratchBuffers scratch) {
      return WordReader.read(file, tableOffset, tableEntries, scratch);
    }

    /// The entry as it is in the file.
    byte[] raw(BlockIo file) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment fixed = arena.allocate(FIXED_BYTES);
        file.read(entryOffset, fixed);
        long bytes =
            FIXED_BYTES
                + BigEndian.getUnsignedShort(fixed, 18)
                + BigEndian.getUnsignedInt(fixed, 20);
        MemorySegment all = arena.allocate((bytes + 7) & ~7L);
        Disks.readPadded(file, entryOffset, all);
        return all.toArray(ValueLayout.JAVA_BYTE);
      }
    }

    /// Writes the flags, and nothing else, into the file.
    void writeFlags(BlockIo file, int now) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment out = arena.allocate(4);
        BigEndian.putInt(out, 0, now);
        file.write(entryOffset + FLAGS_AT, out);
      }
    }
  }

  /// A bitmap as an entry of a directory.
  static byte[] entry(Bitmap bitmap) {
    byte[] name = BitmapWriter.utf8(bitmap.name());
    byte[] bytes = new byte[(FIXED_BYTES + name.length + 7) & ~7];
    MemorySegment out = MemorySegment.ofArray(bytes);
    BigEndian.putLong(out, 0, bitmap.tableOffset());
    BigEndian.putInt(out, 8, bitmap.tableEntries());
    BigEndian.putInt(out, FLAGS_AT, bitmap.flags());
    bytes[16] = DIRTY_TRACKING;
    bytes[17] = (byte) bitmap.granularityBits();
    bytes[18] = (byte) (name.length >>> 8);
    bytes[19] = (byte) name.length;
    System.arraycopy(name, 0, bytes, FIXED_BYTES, name.length);
    return bytes;
  }

  /// Reads and validates the directory.
  ///
  /// @throws io.blockgraph.block.BlockException BAD_IMAGE naming field, offset and value
  static BitmapDirectory read(BlockIo file, Geometry geometry, BitmapsExtension where) {
    List<Bitmap> found = new ArrayList<>();
    long at = where.directoryOffset();
    long end = at + where.directoryBytes();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(Math.max(FIXED_BYTES, Limits.MAX_NAME_BYTES));
      for (int i = 0; i < where.bitmaps(); i++) {
        if (at > end - FIXED_BYTES) {
          throw BadImage.field("nb_bitmaps", at, where.bitmaps(), "the directory ends before");
        }
        at = readOne(file, at, geometry, buffer, found);
      }
    }
    if (at > end) {
      throw BadImage.field("bitmap_directory_size", at, where.directoryBytes(), "too small");
    }
    return new BitmapDirectory(List.copyOf(found));
  }

  private static long readOne(
      BlockIo file, long at, Geometry geometry, MemorySegment buffer, List<Bitmap> found) {
    MemorySegment in = buffer.asSlice(0, FIXED_BYTES);
    Disks.readPadded(file, at, in);
    long table = BigEndian.getLong(in, 0);
    long entries = BigEndian.getUnsignedInt(in, 8);
    int flags = BigEndian.getInt(in, FLAGS_AT);
    int type = in.get(ValueLayout.JAVA_BYTE, 16);
    int granularity = Byte.toUnsignedInt(in.get(ValueLayout.JAVA_BYTE, 17));
    int nameBytes = BigEndian.getUnsignedShort(in, 18);
    long extra = BigEndian.getUnsignedInt(in, 20);
    if (table <= 0 || table >= Limits.MAX_OFFSET || geometry.within(table) != 0) {
      throw BadImage.field("bitmap_table_offset", at, table, "must be a cluster's offset");
    }
    if (entries == 0 || table > file.sizeBytes() - entries * 8) {
      throw BadImage.field("bitmap_table_size", at + 8, entries, "the table leaves the file");
    }
    if (granularity < 9 || granularity > 31) {
      throw BadImage.field("granularity_bits", at + 17, granularity, "must be 9 to 31");
    }
    if (nameBytes == 0 || nameBytes > Limits.MAX_NAME_BYTES) {
      throw BadImage.field("bitmap name_size", at + 18, nameBytes, "must be 1 to 1023");
    }
    if (extra > Limits.MAX_BITMAP_DIRECTORY_BYTES) {
      throw BadImage.field("bitmap extra_data_size", at + 20, extra, "more than 64 MiB");
    }
    MemorySegment name = buffer.asSlice(0, nameBytes);
    Disks.readPadded(file, at + FIXED_BYTES + extra, name);
    byte[] bytes = name.toArray(ValueLayout.JAVA_BYTE);
    String text = new String(bytes, StandardCharsets.UTF_8);
    boolean understood =
        type == DIRTY_TRACKING
            && extra == 0
            && (flags & ~(IN_USE | AUTO)) == 0
            && Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
    found.add(
        new Bitmap(at, table, Math.toIntExact(entries), flags, granularity, text, understood));
    return at + ((FIXED_BYTES + extra + nameBytes + 7) & ~7L);
  }
}
