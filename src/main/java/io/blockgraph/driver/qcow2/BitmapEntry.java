package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One persistent bitmap as the bitmap directory tells it.
///
/// @param fileOffset where the entry begins
/// @param tableOffset where its table lies
/// @param tableEntries the entries of that table
/// @param flags bit 0: in use, its content is not to be believed; bit 1: records on its own
/// @param granularityBits log2 of the guest bytes of one bit
/// @param name its name
record BitmapEntry(
    long fileOffset,
    long tableOffset,
    int tableEntries,
    int flags,
    int granularityBits,
    String name) {
  private static final int FIXED_BYTES = 24;
  private static final int IN_USE = 1;
  private static final int KNOWN_FLAGS = 3;
  private static final int DIRTY_TRACKING = 1;
  private static final int MIN_GRANULARITY_BITS = 9;
  private static final int MAX_GRANULARITY_BITS = 31;
  private static final long MAX_TABLE_ENTRIES = 0x800_0000;
  private static final long MAX_BYTES = 0x2000_0000;

  /// Bits of an entry of a bitmap's table that must not be set.
  private static final long TABLE_RESERVED = 0xff00_0000_0000_01feL;

  /// Whether the image was not closed after the bitmap was last written.
  boolean isInUse() {
    return (flags & IN_USE) != 0;
  }

  /// Reads the bitmap directory of an image.
  ///
  /// @throws BlockException BAD_IMAGE naming field, offset and value
  static List<BitmapEntry> readAll(
      BitmapsExtension extension, Qcow2Header header, TableReader reader) {
    long start = extension.directoryOffset();
    long bytes = extension.directoryBytes();
    if (start > reader.fileBytes() - bytes) {
      throw BadImage.field(
          "bitmap directory", start, bytes, "ends behind the file's end, " + reader.fileBytes());
    }
    List<BitmapEntry> entries = new ArrayList<>();
    MemorySegment fixed = reader.buffer(FIXED_BYTES);
    MemorySegment text = reader.buffer(Limits.MAX_NAME_BYTES);
    long at = start;
    while (at <= start + bytes - FIXED_BYTES) {
      reader.read(at, fixed);
      long stored = storedBytes(at, fixed, start + bytes);
      int nameBytes = BigEndian.getUnsignedShort(fixed, 18);
      reader.read(at + FIXED_BYTES, text.asSlice(0, nameBytes));
      BitmapEntry entry = parse(at, fixed, text.asSlice(0, nameBytes));
      entry.validate(header);
      entries.add(entry);
      at += stored;
      if (entries.size() > extension.bitmaps()) {
        break;
      }
    }
    if (at != start + bytes || entries.size() != extension.bitmaps()) {
      throw BadImage.field(
          "bitmap directory",
          start,
          entries.size(),
          "entries; it should hold " + extension.bitmaps() + " in exactly " + bytes + " bytes");
    }
    return entries;
  }

  /// Whether an entry of a bitmap's table is well-formed.
  static boolean isValidTableEntry(long entry, Geometry geometry) {
    long offset = L2Entry.offset(entry);
    boolean plain = offset == 0 || ((entry & 1) == 0 && geometry.within(offset) == 0);
    return (entry & TABLE_RESERVED) == 0 && plain;
  }

  private static long storedBytes(long at, MemorySegment fixed, long end) {
    int nameBytes = BigEndian.getUnsignedShort(fixed, 18);
    if (nameBytes == 0 || nameBytes > Limits.MAX_NAME_BYTES) {
      throw BadImage.field("bitmap name_size", at + 18, nameBytes, "must be 1 to 1023");
    }
    long extra = BigEndian.getUnsignedInt(fixed, 20);
    if (extra != 0) {
      throw BadImage.field("bitmap extra_data_size", at + 20, extra, "must be 0");
    }
    long stored = (FIXED_BYTES + nameBytes + 7) & ~7L;
    if (stored > end - at) {
      throw BadImage.field("bitmap name_size", at + 18, nameBytes, "ends behind the directory");
    }
    return stored;
  }

  private static BitmapEntry parse(long at, MemorySegment fixed, MemorySegment name) {
    long entries = BigEndian.getUnsignedInt(fixed, 8);
    if (entries == 0 || entries > MAX_TABLE_ENTRIES) {
      throw BadImage.field("bitmap_table_size", at + 8, entries, "must be 1 to 134217728");
    }
    int type = fixed.get(ValueLayout.JAVA_BYTE, 16);
    if (type != DIRTY_TRACKING) {
      throw BadImage.field("bitmap type", at + 16, type, "must be 1");
    }
    return new BitmapEntry(
        at,
        BigEndian.getLong(fixed, 0),
        (int) entries,
        BigEndian.getInt(fixed, 12),
        Byte.toUnsignedInt(fixed.get(ValueLayout.JAVA_BYTE, 17)),
        new String(name.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8));
  }

  private void validate(Qcow2Header header) {
    Geometry geometry = header.geometry();
    if (tableOffset <= 0 || tableOffset >= Limits.MAX_OFFSET || geometry.within(tableOffset) != 0) {
      throw BadImage.field(
          "bitmap_table_offset", fileOffset, tableOffset, "must be a cluster's offset");
    }
    if ((flags & ~KNOWN_FLAGS) != 0) {
      throw BadImage.field("bitmap flags", fileOffset + 12, flags, "unknown bits are set");
    }
    if (granularityBits < MIN_GRANULARITY_BITS || granularityBits > MAX_GRANULARITY_BITS) {
      throw BadImage.field(
          "bitmap granularity_bits", fileOffset + 17, granularityBits, "must be 9 to 31");
    }
    long bytes = geometry.offsetOf(tableEntries);
    if (bytes > MAX_BYTES) {
      throw BadImage.field("bitmap_table_size", fileOffset + 8, tableEntries, "too large");
    }
    long needed = tableEntriesFor(header);
    if (!isInUse() && tableEntries != needed) {
      throw BadImage.field(
          "bitmap_table_size",
          fileOffset + 8,
          tableEntries,
          "a disk of " + header.sizeBytes() + " bytes needs " + needed);
    }
  }

  /// The clusters that hold one bit for each grain of the disk's whole sectors, in 64-bit words.
  private long tableEntriesFor(Qcow2Header header) {
    long size = header.sizeBytes() & -512L;
    long grain = 1L << granularityBits;
    long bits = size / grain + (size % grain == 0 ? 0 : 1);
    return header.geometry().clustersFor((bits + 63) / 64 * 8);
  }
}
