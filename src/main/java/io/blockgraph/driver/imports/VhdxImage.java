package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.driver.imports.BlockMap.Layout;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// The block table of a VHDX image: an entry of 64 bits for each block, and after each chunk of
/// blocks one more that only differencing images use.
final class VhdxImage {
  private static final UUID TABLE = UUID.fromString("2dc27766-f623-4200-9d64-115e9bfd4a08");
  private static final UUID METADATA = UUID.fromString("8b7ca206-4790-4b9a-b8fe-575f050f886e");
  static final Set<UUID> REGIONS = Set.of(TABLE, METADATA);

  private static final long CHUNK_SECTORS = 1L << 23;
  private static final long OFFSET_MASK = -1L << 20;

  private VhdxImage() {}

  /// What an entry says of a block.
  private static final int NOT_PRESENT = 0;

  private static final int UNDEFINED = 1;
  private static final int ZERO = 2;
  private static final int UNMAPPED = 3;
  private static final int PRESENT = 6;

  static ImportedImage open(BlockIo file) {
    VhdxHeader header = VhdxHeader.read(file);
    VhdxMetadata metadata = VhdxMetadata.read(file, header.region(METADATA, "metadata"));
    ByteRange table = header.region(TABLE, "block table");
    long perChunk = CHUNK_SECTORS * metadata.sectorBytes() / metadata.blockBytes();
    long blocks = Layout.blocks(metadata.sizeBytes(), metadata.blockBytes());
    long entries = blocks == 0 ? 0 : blocks + (blocks - 1) / perChunk;
    if (entries * Long.BYTES > table.length()) {
      throw VhdxHeader.FORMAT.tooShort(
          "the table of " + entries + " entries", entries * Long.BYTES, table.length());
    }
    EntryTable words = new EntryTable(table.offset(), entries, EntryTable.Width.LITTLE_64);
    return new BlockMap(
        new Layout(metadata.sizeBytes(), metadata.blockBytes(), VhdxHeader.FORMAT),
        (of, block) -> hostOffset(words.get(of, block + block / perChunk), block),
        facts(metadata));
  }

  private static long hostOffset(long entry, long block) {
    int state = (int) (entry & 7);
    return switch (state) {
      case NOT_PRESENT, UNDEFINED, ZERO, UNMAPPED -> BlockMap.HOLE;
      case PRESENT -> present(entry, block);
      default ->
          throw VhdxHeader.FORMAT.entry(
              "block table", block, "of state " + state, "an image without a parent has no such");
    };
  }

  private static long present(long entry, long block) {
    long offset = entry & OFFSET_MASK;
    if (offset <= 0) {
      throw VhdxHeader.FORMAT.entry(
          "block table", block, "offset " + Long.toUnsignedString(offset), "no place for data");
    }
    return offset;
  }

  private static Map<String, Object> facts(VhdxMetadata metadata) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("format", "vhdx");
    facts.put("virtualSize", metadata.sizeBytes());
    facts.put("clusterSize", metadata.blockBytes());
    facts.put("logicalSectorSize", metadata.sectorBytes());
    facts.put("variant", metadata.fixed() ? "fixed" : "dynamic");
    return facts;
  }
}
