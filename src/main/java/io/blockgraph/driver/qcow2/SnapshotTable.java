package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/// The internal snapshots of an image, as its snapshot table lists them.
///
/// @param snapshots in the order of the table
/// @param bytes the length of the table
record SnapshotTable(List<Snapshot> snapshots, long bytes) {
  private static final int FIXED_BYTES = 40;

  /// An internal snapshot.
  ///
  /// @param l1Offset file offset of its L1 table
  /// @param l1Entries entries of that table
  /// @param id its number, as text
  /// @param name its name
  /// @param diskBytes the length of the disk then, where the image tells
  record Snapshot(long l1Offset, int l1Entries, String id, String name, OptionalLong diskBytes) {}

  /// Reads and validates the table; small reads, entry by entry.
  ///
  /// @throws io.blockgraph.block.BlockException BAD_IMAGE naming field, offset and value
  static SnapshotTable read(BlockIo file, Qcow2Header header) {
    List<Snapshot> found = new ArrayList<>();
    long start = header.tables().snapshotsOffset();
    long at = start;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer =
          arena.allocate(FIXED_BYTES + Limits.MAX_SNAPSHOT_EXTRA_BYTES + 2 * 65_535);
      for (int i = 0; i < header.tables().snapshots(); i++) {
        at += readOne(file, at, header.geometry(), buffer, found);
        if (at - start > Limits.MAX_SNAPSHOT_TABLE_BYTES) {
          throw BadImage.field("snapshot table length", start, at - start, "more than 64 MiB");
        }
      }
    }
    return new SnapshotTable(List.copyOf(found), at - start);
  }

  private static long readOne(
      BlockIo file, long at, Geometry geometry, MemorySegment buffer, List<Snapshot> found) {
    MemorySegment fixed = buffer.asSlice(0, FIXED_BYTES);
    Disks.readPadded(file, at, fixed);
    long l1Offset = BigEndian.getLong(fixed, 0);
    long l1Entries = BigEndian.getUnsignedInt(fixed, 8);
    int idBytes = BigEndian.getUnsignedShort(fixed, 12);
    int nameBytes = BigEndian.getUnsignedShort(fixed, 14);
    long extraBytes = BigEndian.getUnsignedInt(fixed, 36);
    if (l1Entries > Limits.MAX_L1_BYTES / 8) {
      throw BadImage.field("snapshot l1_size", at + 8, l1Entries, "more than 4194304");
    }
    if (l1Offset < 0 || l1Offset >= Limits.MAX_OFFSET || geometry.within(l1Offset) != 0) {
      throw BadImage.field("snapshot l1_table_offset", at, l1Offset, "must be a cluster's offset");
    }
    if (l1Offset > file.sizeBytes() - l1Entries * 8) {
      throw BadImage.field(
          "snapshot l1_table_offset", at, l1Offset, "the table ends behind the file's end");
    }
    if (extraBytes > Limits.MAX_SNAPSHOT_EXTRA_BYTES) {
      throw BadImage.field("snapshot extra_data_size", at + 36, extraBytes, "more than 1024");
    }
    MemorySegment rest = buffer.asSlice(0, extraBytes + idBytes + nameBytes);
    Disks.readPadded(file, at + FIXED_BYTES, rest);
    OptionalLong diskBytes =
        extraBytes >= 16 ? OptionalLong.of(BigEndian.getLong(rest, 8)) : OptionalLong.empty();
    found.add(
        new Snapshot(
            l1Offset,
            (int) l1Entries,
            text(rest, extraBytes, idBytes),
            text(rest, extraBytes + idBytes, nameBytes),
            diskBytes));
    return FIXED_BYTES + ((rest.byteSize() + 7) & ~7L);
  }

  private static String text(MemorySegment from, long at, int bytes) {
    return new String(
        from.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }
}
