package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/// What the first MiB of a VHDX image says: which of its two headers counts, and where its regions
/// are.
///
/// @param regions by their identifiers, each within the file
record VhdxHeader(Map<UUID, ByteRange> regions) {
  static final BadImage FORMAT = new BadImage("vhdx");
  private static final int HEADER_BYTES = 4096;
  private static final int REGIONS_BYTES = 64 << 10;
  private static final int MAX_REGIONS = 2047;
  private static final long MIB = 1 << 20;
  private static final long[] HEADERS = {64 << 10, 128 << 10};
  private static final long[] REGION_TABLES = {192 << 10, 256 << 10};

  static VhdxHeader read(BlockIo file) {
    Fields identifier = Fields.read(structure("identifier"), file, 0, 8);
    if (!identifier.text(0, 8).equals("vhdxfile")) {
      throw identifier.bad("signature", 0, "not 'vhdxfile'", "no VHDX image");
    }
    Fields header = current(file);
    if (header.u16(66) != 1) {
      throw header.bad("version", 66, header.u16(66), "only version 1 is known");
    }
    if (!header.isZero(48, 16)) {
      throw header.bad(
          "log_guid",
          48,
          "set",
          "the image was not closed and its log must be replayed first, as by qemu-img check -r"
              + " all; until then the disk is not what it says");
    }
    return new VhdxHeader(regions(regionTable(file), file.sizeBytes()));
  }

  static Fields.Structure structure(String name) {
    return new Fields.Structure(FORMAT, name, ByteOrder.LITTLE_ENDIAN);
  }

  /// The sound header that was written last.
  private static Fields current(BlockIo file) {
    Optional<Fields> best = Optional.empty();
    for (long at : HEADERS) {
      Fields header = Fields.read(structure("header"), file, at, HEADER_BYTES);
      boolean newer = best.isEmpty() || Long.compareUnsigned(header.i64(8), best.get().i64(8)) > 0;
      if (isSound(header, "head") && newer) {
        best = Optional.of(header);
      }
    }
    return best.orElseThrow(
        () -> FORMAT.field("header.signature", HEADERS[0], "damaged", "neither header is sound"));
  }

  private static Fields regionTable(BlockIo file) {
    for (long at : REGION_TABLES) {
      Fields table = Fields.read(structure("region table"), file, at, REGIONS_BYTES);
      if (isSound(table, "regi")) {
        return table;
      }
    }
    throw FORMAT.field(
        "region table.signature", REGION_TABLES[0], "damaged", "neither region table is sound");
  }

  private static boolean isSound(Fields fields, String signature) {
    byte[] bytes = fields.copy(0, fields.length());
    java.util.Arrays.fill(bytes, 4, 8, (byte) 0);
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    return fields.text(0, 4).equals(signature) && sum.getValue() == fields.u32(4);
  }

  private static Map<UUID, ByteRange> regions(Fields table, long fileBytes) {
    long count = table.u32(8);
    table.require(count <= MAX_REGIONS, "entry_count", 8, "more than " + MAX_REGIONS);
    Map<UUID, ByteRange> regions = new HashMap<>();
    for (int i = 0; i < count; i++) {
      int at = 16 + 32 * i;
      UUID id = uuid(table, at);
      ByteRange region = region(table, at, fileBytes);
      requireApart(table, at, region, regions.values());
      if (VhdxImage.REGIONS.contains(id)) {
        regions.put(id, region);
      } else if ((table.u32(at + 28) & 1) != 0) {
        throw table.bad("entry " + i + ".guid", at, id, "a required region that is not known");
      }
    }
    return regions;
  }

  private static ByteRange region(Fields table, int at, long fileBytes) {
    long offset = table.i64(at + 16);
    long length = table.u32(at + 24);
    if (offset < MIB || offset % MIB != 0 || offset > fileBytes - length) {
      throw table.bad(
          "entry.file_offset",
          at + 16,
          offset,
          "a region of " + length + " bytes lies on a MiB and within the file");
    }
    return new ByteRange(offset, length);
  }

  private static void requireApart(
      Fields table, int at, ByteRange region, Iterable<ByteRange> others) {
    for (ByteRange other : others) {
      if (region.overlaps(other)) {
        throw table.bad("entry.file_offset", at + 16, region.offset(), "two regions overlap");
      }
    }
  }

  /// An identifier as the format stores it: its first three parts are little-endian.
  static UUID uuid(Fields fields, int at) {
    long high = fields.u32(at) << 32 | (long) fields.u16(at + 4) << 16 | fields.u16(at + 6);
    return new UUID(high, Long.reverseBytes(fields.i64(at + 8)));
  }

  /// A region that every image has.
  ///
  /// @throws BlockException BAD_IMAGE when it is missing
  ByteRange region(UUID id, String name) {
    ByteRange region = regions.get(id);
    if (region == null) {
      throw FORMAT.field("region table", REGION_TABLES[0], "without " + id, "no " + name);
    }
    return region;
  }
}
