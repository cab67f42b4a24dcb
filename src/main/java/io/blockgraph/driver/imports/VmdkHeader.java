package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;

/// The header of a sparse extent of a VMDK image, or its footer where the header points to none.
///
/// @param capacityBytes the length of the extent
/// @param grainBytes the unit of allocation, a power of two
/// @param perTable how many grains a table has
/// @param directoryOffset where the grain directory lies in the file
/// @param descriptor where the descriptor lies, if the header says so
/// @param flags as stored
record VmdkHeader(
    long capacityBytes,
    long grainBytes,
    int perTable,
    long directoryOffset,
    Place descriptor,
    long flags) {
  private static final int BYTES = 512;
  private static final long MAGIC = 0x564d444bL;
  private static final long SECTOR = VmdkDescriptor.SECTOR;
  private static final long AT_THE_END = -1;
  private static final long FLAG_NEWLINES = 1;
  private static final long FLAG_ZEROED = 4;
  private static final long FLAG_COMPRESSED = 1 << 16;
  private static final long FLAG_MARKERS = 1 << 17;
  private static final long FOOTER_MARKER = 3;
  private static final int MAX_PER_TABLE = 512;
  private static final long MAX_GRAIN_BYTES = 128L << 20;
  private static final long MAX_COMPRESSED_GRAIN_BYTES = 2L << 20;

  /// @param offset in the file
  /// @param bytes how long, 0 for none
  record Place(long offset, long bytes) {}

  static boolean isAt(BlockIo file) {
    return file.sizeBytes() >= BYTES
        && Fields.read(VmdkSparse.structure("header"), file, 0, 4).u32(0) == MAGIC;
  }

  static VmdkHeader read(BlockIo file) {
    Fields header = Fields.read(VmdkSparse.structure("header"), file, 0, BYTES);
    VmdkHeader atTheBeginning = check(header);
    if (header.i64(56) != AT_THE_END) {
      return atTheBeginning.within(header);
    }
    Fields footer = footer(file);
    VmdkHeader atTheEnd = check(footer);
    return new VmdkHeader(
            atTheEnd.capacityBytes,
            atTheEnd.grainBytes,
            atTheEnd.perTable,
            atTheEnd.directoryOffset,
            atTheBeginning.descriptor,
            atTheEnd.flags)
        .within(footer);
  }

  /// What an image that was written in one go has in its last sectors: a marker, the footer, and
  /// the marker of the end.
  private static Fields footer(BlockIo file) {
    long at = file.sizeBytes() - 3 * BYTES;
    Fields marker = Fields.read(VmdkSparse.structure("footer marker"), file, at, BYTES);
    if (marker.u32(12) != FOOTER_MARKER) {
      throw marker.bad("type", 12, marker.u32(12), "the file does not end with a footer");
    }
    return Fields.read(VmdkSparse.structure("footer"), file, at + BYTES, BYTES);
  }

  private static VmdkHeader check(Fields header) {
    header.require(header.u32(0) == MAGIC, "magicNumber", 0, "no sparse extent");
    long version = header.u32(4);
    header.require(version >= 1 && version <= 3, "version", 4, "only versions 1 to 3 are known");
    long flags = header.u32(8);
    if ((flags & FLAG_NEWLINES) != 0 && !header.text(73, 4).equals("\n \r\n")) {
      throw header.bad("newlines", 73, "changed", "the file was damaged by a transfer as text");
    }
    long perTable = header.u32(44);
    header.require(
        perTable >= 1 && perTable <= MAX_PER_TABLE,
        "numGTEsPerGT",
        44,
        "not 1 to " + MAX_PER_TABLE);
    requireCompression(header, flags);
    return new VmdkHeader(
        sectors(header, 12, "capacity", VmdkDescriptor.MAX_SECTORS) * SECTOR,
        grainBytes(header, flags),
        (int) perTable,
        header.i64(56) * SECTOR,
        new Place(
            sectors(header, 28, "descriptorOffset", Long.MAX_VALUE / SECTOR) * SECTOR,
            sectors(header, 36, "descriptorSize", Long.MAX_VALUE / SECTOR) * SECTOR),
        flags);
  }

  private static long sectors(Fields header, int at, String field, long most) {
    long value = header.i64(at);
    if (value < 0 || value > most) {
      throw header.bad(field, at, Long.toUnsignedString(value), "more than " + most);
    }
    return value;
  }

  private static void requireCompression(Fields header, long flags) {
    if ((flags & FLAG_COMPRESSED) != 0) {
      if ((flags & FLAG_MARKERS) == 0) {
        throw header.bad("flags", 8, flags, "compressed grains without markers");
      }
      if (header.u16(77) != 1) {
        throw header.bad("compressAlgorithm", 77, header.u16(77), "only deflate (1) is known");
      }
    }
  }

  private static long grainBytes(Fields header, long flags) {
    long most = (flags & FLAG_COMPRESSED) == 0 ? MAX_GRAIN_BYTES : MAX_COMPRESSED_GRAIN_BYTES;
    long sectors = sectors(header, 20, "grainSize", most / SECTOR);
    if (Long.bitCount(sectors) != 1) {
      throw header.bad("grainSize", 20, sectors, "no power of two");
    }
    return sectors * SECTOR;
  }

  /// Looks at where the directory shall lie.
  private VmdkHeader within(Fields header) {
    long sector = header.i64(56);
    if (sector <= 0 || sector > Long.MAX_VALUE / SECTOR) {
      throw header.bad("gdOffset", 56, Long.toUnsignedString(sector), "no place in the file");
    }
    return this;
  }

  boolean zeroedGrains() {
    return (flags & FLAG_ZEROED) != 0;
  }

  boolean compressed() {
    return (flags & FLAG_COMPRESSED) != 0;
  }
}
