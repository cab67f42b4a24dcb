package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One internal snapshot as the snapshot table tells it.
///
/// @param fileOffset where the entry begins
/// @param storedBytes what it takes in the table, padding included
/// @param l1Offset where its L1 table lies, as stored
/// @param l1Entries the entries of that table, as stored
/// @param extraBytes the length of its extra data
/// @param id its identifier
/// @param name its name
record SnapshotEntry(
    long fileOffset,
    long storedBytes,
    long l1Offset,
    long l1Entries,
    int extraBytes,
    String id,
    String name) {
  private static final int FIXED_BYTES = 40;

  /// Reads the snapshot table of an image.
  ///
  /// @throws BlockException BAD_IMAGE naming field, offset and value
  static List<SnapshotEntry> readAll(Qcow2Header header, TableReader reader) {
    List<SnapshotEntry> entries = new ArrayList<>();
    MemorySegment fixed = reader.buffer(FIXED_BYTES);
    MemorySegment text = reader.buffer(2 * 65536L);
    long start = header.tables().snapshotsOffset();
    long at = start;
    for (int i = 0; i < header.tables().snapshots(); i++) {
      reader.read(at, fixed);
      SnapshotEntry entry = parse(at, fixed, text, reader);
      at += entry.storedBytes();
      if (at - start > Limits.MAX_SNAPSHOT_TABLE_BYTES) {
        throw BadImage.field(
            "snapshot table", start, at - start, "more than " + Limits.MAX_SNAPSHOT_TABLE_BYTES);
      }
      entries.add(entry);
    }
    return entries;
  }

  private static SnapshotEntry parse(
      long at, MemorySegment fixed, MemorySegment text, TableReader reader) {
    long extra = BigEndian.getUnsignedInt(fixed, 36);
    if (extra > Limits.MAX_SNAPSHOT_EXTRA_BYTES) {
      throw BadImage.field(
          "extra_data_size", at + 36, extra, "more than " + Limits.MAX_SNAPSHOT_EXTRA_BYTES);
    }
    int idBytes = BigEndian.getUnsignedShort(fixed, 12);
    int nameBytes = BigEndian.getUnsignedShort(fixed, 14);
    MemorySegment strings = text.asSlice(0, idBytes + nameBytes);
    reader.read(at + FIXED_BYTES + extra, strings);
    long stored = (FIXED_BYTES + extra + idBytes + nameBytes + 7) & ~7L;
    return new SnapshotEntry(
        at,
        stored,
        BigEndian.getLong(fixed, 0),
        BigEndian.getUnsignedInt(fixed, 8),
        (int) extra,
        text(strings.asSlice(0, idBytes)),
        text(strings.asSlice(idBytes)));
  }

  private static String text(MemorySegment bytes) {
    long shown = Math.min(bytes.byteSize(), Limits.MAX_NAME_BYTES);
    return new String(
        bytes.asSlice(0, shown).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }
}
