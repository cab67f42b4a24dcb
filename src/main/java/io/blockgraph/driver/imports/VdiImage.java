package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.imports.BlockMap.Layout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/// The header and the block table of a VDI image: little-endian, blocks of 1 MiB, one entry of 32
/// bits for each, which counts blocks behind the header.
final class VdiImage {
  private static final BadImage FORMAT = new BadImage("vdi");
  private static final int HEADER_BYTES = 0x1c8;
  private static final long SIGNATURE = 0xbeda107fL;
  private static final long VERSION = 0x0001_0001;
  private static final long BLOCK_BYTES = 1 << 20;
  private static final long MAX_BLOCKS = 0x3fff_ffff;
  private static final long DYNAMIC = 1;
  private static final long FIXED = 2;

  /// Entries from here on say that there is no block: one was never there, or was given back.
  private static final long DISCARDED = 0xffff_fffeL;

  private VdiImage() {}

  static ImportedImage open(BlockIo file) {
    Fields.Structure structure = new Fields.Structure(FORMAT, "header", ByteOrder.LITTLE_ENDIAN);
    Fields header = Fields.read(structure, file, 0, HEADER_BYTES);
    requireKnown(header);
    requireAlone(header);
    long blocks = header.u32(0x180);
    long sizeBytes = header.i64(0x170);
    header.require(blocks <= MAX_BLOCKS, "blocks_in_image", 0x180, "too many blocks");
    if (sizeBytes < 0 || Layout.blocks(sizeBytes, BLOCK_BYTES) > blocks) {
      throw header.bad("disk_size", 0x170, sizeBytes, "more than its " + blocks + " blocks hold");
    }
    long table = header.u32(0x154);
    long data = header.u32(0x158);
    long end = table + blocks * Integer.BYTES;
    if (end > file.sizeBytes()) {
      throw FORMAT.tooShort("the block table", end, file.sizeBytes());
    }
    EntryTable entries = new EntryTable(table, blocks, EntryTable.Width.LITTLE_32);
    return new BlockMap(
        new Layout(sizeBytes, BLOCK_BYTES, FORMAT),
        (of, block) -> hostOffset(entries.get(of, block), data),
        facts(header, sizeBytes));
  }

  private static void requireKnown(Fields header) {
    header.require(header.u32(0x40) == SIGNATURE, "signature", 0x40, "no VDI image");
    header.require(header.u32(0x44) == VERSION, "version", 0x44, "only version 1.1 is known");
    long type = header.u32(0x4c);
    header.require(
        type == DYNAMIC || type == FIXED,
        "image_type",
        0x4c,
        "only dynamic (1) and fixed (2) images are supported");
    header.require(header.u32(0x154) % 512 == 0, "offset_bmap", 0x154, "no multiple of 512");
    header.require(header.u32(0x158) % 512 == 0, "offset_data", 0x158, "no multiple of 512");
    header.require(header.u32(0x168) == 512, "sector_size", 0x168, "sectors have 512 bytes");
    header.require(header.u32(0x178) == BLOCK_BYTES, "block_size", 0x178, "blocks have 1 MiB");
    header.require(header.u32(0x17c) == 0, "block_extra", 0x17c, "blocks have nothing extra");
  }

  /// A differencing image shows what it does not hold out of its parent.
  private static void requireAlone(Fields header) {
    String why = "a differencing image needs its parent; merge the chain first";
    header.require(header.isZero(0x1a8, 16), "uuid_link", 0x1a8, why);
    header.require(header.isZero(0x1b8, 16), "uuid_parent", 0x1b8, why);
  }

  private static long hostOffset(long entry, long data) {
    return entry >= DISCARDED ? BlockMap.HOLE : data + entry * BLOCK_BYTES;
  }

  private static Map<String, Object> facts(Fields header, long sizeBytes) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("format", "vdi");
    facts.put("virtualSize", sizeBytes);
    facts.put("clusterSize", BLOCK_BYTES);
    facts.put("variant", header.u32(0x4c) == FIXED ? "fixed" : "dynamic");
    return facts;
  }
}
