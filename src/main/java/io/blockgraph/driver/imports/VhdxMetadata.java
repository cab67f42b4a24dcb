package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What the metadata region of a VHDX image says of its disk.
///
/// @param sizeBytes the length of the disk
/// @param blockBytes a power of two from 1 to 256 MiB
/// @param sectorBytes 512 or 4096
/// @param fixed whether all blocks are meant to be there from the beginning
record VhdxMetadata(long sizeBytes, long blockBytes, long sectorBytes, boolean fixed) {
  private static final int TABLE_BYTES = 64 << 10;
  private static final int MAX_ENTRIES = 2047;
  private static final long MAX_DISK_BYTES = 64L << 40;
  private static final long MIN_BLOCK_BYTES = 1L << 20;
  private static final long MAX_BLOCK_BYTES = 256L << 20;

  private static final UUID PARAMETERS = UUID.fromString("caa16737-fa36-4d43-b3b6-33f0aa44e76b");
  private static final UUID SIZE = UUID.fromString("2fa54224-cd1b-4876-b211-5dbed83bf4b8");
  private static final UUID SECTOR = UUID.fromString("8141bf1d-a96f-4709-ba47-f233a8faab5f");

  /// What is known and does not matter here: the identity of the disk, the physical sector.
  private static final List<UUID> IDLE =
      List.of(
          UUID.fromString("beca12ab-b2e6-4523-93ef-c309e000c746"),
          UUID.fromString("cda348c7-445d-4471-9cc9-e9885251c556"),
          UUID.fromString("a8d35f2d-b30b-454d-abf7-d3d84834ab0c"));

  static VhdxMetadata read(BlockIo file, ByteRange region) {
    Map<UUID, Fields> items = items(file, region);
    Fields parameters = item(items, PARAMETERS, "file parameters");
    if ((parameters.u32(4) & 2) != 0) {
      throw parameters.bad(
          "has_parent", 4, 1, "a differencing image needs its parent; merge the chain first");
    }
    long blockBytes = parameters.u32(0);
    parameters.require(
        blockBytes >= MIN_BLOCK_BYTES
            && blockBytes <= MAX_BLOCK_BYTES
            && Long.bitCount(blockBytes) == 1,
        "block_size",
        0,
        "no power of two from 1 to 256 MiB");
    Fields sector = item(items, SECTOR, "logical sector size");
    long sectorBytes = sector.u32(0);
    sector.require(
        sectorBytes == 512 || sectorBytes == 4096, "logical_sector_size", 0, "not 512 or 4096");
    Fields size = item(items, SIZE, "virtual disk size");
    long sizeBytes = size.i64(0);
    if (sizeBytes < 0 || sizeBytes > MAX_DISK_BYTES || sizeBytes % sectorBytes != 0) {
      throw size.bad(
          "virtual_disk_size", 0, sizeBytes, "not whole sectors up to " + MAX_DISK_BYTES);
    }
    return new VhdxMetadata(sizeBytes, blockBytes, sectorBytes, (parameters.u32(4) & 1) != 0);
  }

  private static Map<UUID, Fields> items(BlockIo file, ByteRange region) {
    if (region.length() < TABLE_BYTES) {
      throw VhdxHeader.FORMAT.tooShort("the metadata table", TABLE_BYTES, region.length());
    }
    Fields table =
        Fields.read(VhdxHeader.structure("metadata table"), file, region.offset(), TABLE_BYTES);
    if (!table.text(0, 8).equals("metadata")) {
      throw table.bad("signature", 0, "not 'metadata'", "no metadata");
    }
    int count = table.u16(10);
    if (count > MAX_ENTRIES) {
      throw table.bad("entry_count", 10, count, "more than " + MAX_ENTRIES);
    }
    Map<UUID, Fields> items = new HashMap<>();
    for (int i = 0; i < count; i++) {
      int at = 32 + 32 * i;
      UUID id = VhdxHeader.uuid(table, at);
      if (List.of(PARAMETERS, SIZE, SECTOR).contains(id)) {
        items.put(id, read(file, region, table, at));
      } else if ((table.u32(at + 24) & 4) != 0 && !IDLE.contains(id)) {
        throw table.bad("entry " + i + ".item_id", at, id, "a required item that is not known");
      }
    }
    return items;
  }

  /// All items that are read have at most 8 bytes.
  private static Fields read(BlockIo file, ByteRange region, Fields table, int at) {
    long offset = table.u32(at + 16);
    if (offset < TABLE_BYTES || offset > region.length() - Long.BYTES) {
      throw table.bad("entry.offset", at + 16, offset, "the item leaves the metadata region");
    }
    return Fields.read(
        VhdxHeader.structure("metadata"), file, region.offset() + offset, Long.BYTES);
  }

  private static Fields item(Map<UUID, Fields> items, UUID id, String name) {
    Fields item = items.get(id);
    if (item == null) {
      throw VhdxHeader.FORMAT.field("metadata", 0, "without " + id, "no " + name);
    }
    return item;
  }
}
