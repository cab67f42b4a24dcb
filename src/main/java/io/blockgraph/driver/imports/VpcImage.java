package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.imports.BlockMap.Layout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;

/// A VHD image: big-endian. A fixed one is the disk with a footer behind it; one that grows has a
/// table of sector numbers, and before each block a map of the sectors that were written. What was
/// not written is zeroes in the block as well, so that the maps are not looked at.
final class VpcImage {
  private static final BadImage FORMAT = VpcFooter.FORMAT;
  private static final int HEADER_BYTES = 1024;
  private static final long SECTOR = 512;
  private static final long NO_BLOCK = 0xffff_ffffL;

  private VpcImage() {}

  /// @param sizeCalculation the word of the option
  static ImportedImage open(BlockIo file, String sizeCalculation) {
    VpcFooter footer = VpcFooter.read(file);
    long sizeBytes = footer.sizeBytes(sizeCalculation);
    return footer.type() == VpcFooter.FIXED
        ? fixed(file, footer, sizeBytes)
        : dynamic(file, footer, sizeBytes);
  }

  private static ImportedImage fixed(BlockIo file, VpcFooter footer, long sizeBytes) {
    if (sizeBytes > file.sizeBytes() - VpcFooter.BYTES) {
      throw footer
          .fields()
          .bad("current_size", 48, sizeBytes, "more than the file has before its footer");
    }
    Map<String, Object> facts = facts("fixed", sizeBytes);
    Layout layout = new Layout(sizeBytes, 1L << 20, FORMAT);
    return new BlockMap(layout, (_, block) -> block << 20, facts);
  }

  private static ImportedImage dynamic(BlockIo file, VpcFooter footer, long sizeBytes) {
    long at = footer.fields().i64(16);
    Fields.Structure structure = new Fields.Structure(FORMAT, "header", ByteOrder.BIG_ENDIAN);
    Fields header = Fields.read(structure, file, at, HEADER_BYTES);
    if (!header.text(0, 8).equals("cxsparse") || !VpcFooter.isSummed(header, 36)) {
      throw header.bad("cookie", 0, "not 'cxsparse', or its checksum is wrong", "no sound header");
    }
    long blockBytes = header.u32(32);
    header.require(
        blockBytes >= SECTOR && Long.bitCount(blockBytes) == 1,
        "block_size",
        32,
        "no power of two from 512 on");
    long blocks = header.u32(28);
    if (Layout.blocks(sizeBytes, blockBytes) > blocks) {
      throw header.bad(
          "max_table_entries", 28, blocks, "too few for a disk of " + sizeBytes + " bytes");
    }
    EntryTable entries = table(file, header, blocks);
    long mapBytes = (blockBytes / SECTOR / 8 + SECTOR - 1) / SECTOR * SECTOR;
    Map<String, Object> facts = facts("dynamic", sizeBytes);
    facts.put("clusterSize", blockBytes);
    return new BlockMap(
        new Layout(sizeBytes, blockBytes, FORMAT),
        (of, block) -> hostOffset(entries.get(of, block), mapBytes),
        facts);
  }

  private static EntryTable table(BlockIo file, Fields header, long blocks) {
    long table = header.i64(16);
    long bytes = blocks * Integer.BYTES;
    if (table < 0 || table > file.sizeBytes() - bytes) {
      throw header.bad("table_offset", 16, table, "its " + bytes + " bytes leave the file");
    }
    return new EntryTable(table, blocks, EntryTable.Width.BIG_32);
  }

  private static long hostOffset(long entry, long mapBytes) {
    return entry == NO_BLOCK ? BlockMap.HOLE : entry * SECTOR + mapBytes;
  }

  private static Map<String, Object> facts(String variant, long sizeBytes) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("format", "vpc");
    facts.put("virtualSize", sizeBytes);
    facts.put("variant", variant);
    return facts;
  }
}
