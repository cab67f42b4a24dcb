package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.InternalSnapshot;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The internal snapshots of an image, as its snapshot table lists them.
///
/// @param snapshots in the order of the table
/// @param bytes the length of the table
record SnapshotTable(List<Snapshot> snapshots, long bytes) {
  private static final int FIXED_BYTES = 40;
  private static final int EXTRA_BYTES = 24;

  /// An internal snapshot.
  ///
  /// @param l1Offset file offset of its L1 table
  /// @param l1Entries entries of that table
  /// @param shown what it is to others
  /// @param stored the whole entry as it stands in the table, so that what we do not know stays
  record Snapshot(long l1Offset, int l1Entries, InternalSnapshot shown, byte[] stored) {
    /// The length of the disk then, where the image tells.
    OptionalLong diskBytes() {
      return shown.diskBytes();
    }
  }

  /// Reads and validates the table; small reads, entry by entry.
  ///
  /// @throws io.blockgraph.block.BlockException BAD_IMAGE naming field, offset and value
  static SnapshotTable read(BlockIo file, Qcow2Header header) {
    List<Snapshot> found = new ArrayList<>();
    long start = header.tables().snapshotsOffset();
    long at = start;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer =
          arena.allocate(FIXED_BYTES + Limits.MAX_SNAPSHOT_EXTRA_BYTES + 2 * 65_535 + 7);
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
    int strings = BigEndian.getUnsignedShort(fixed, 12) + BigEndian.getUnsignedShort(fixed, 14);
    MemorySegment whole = buffer.asSlice(0, padded(FIXED_BYTES + extraBytes + strings));
    Disks.readPadded(file, at, whole);
    found.add(
        new Snapshot(
            l1Offset,
            (int) l1Entries,
            shown(whole, extraBytes),
            whole.toArray(ValueLayout.JAVA_BYTE)));
    return whole.byteSize();
  }

  private static long padded(long bytes) {
    return (bytes + 7) & ~7L;
  }

  private static InternalSnapshot shown(MemorySegment entry, long extraBytes) {
    int idBytes = BigEndian.getUnsignedShort(entry, 12);
    int nameBytes = BigEndian.getUnsignedShort(entry, 14);
    long strings = FIXED_BYTES + extraBytes;
    return new InternalSnapshot(
        text(entry, strings, idBytes),
        text(entry, strings + idBytes, nameBytes),
        Instant.ofEpochSecond(
            BigEndian.getUnsignedInt(entry, 16), BigEndian.getUnsignedInt(entry, 20)),
        extraBytes >= 16
            ? OptionalLong.of(BigEndian.getLong(entry, FIXED_BYTES + 8))
            : OptionalLong.empty(),
        new InternalSnapshot.VmState(
            extraBytes >= 8
                ? BigEndian.getLong(entry, FIXED_BYTES)
                : BigEndian.getUnsignedInt(entry, 32),
            Duration.ofNanos(BigEndian.getLong(entry, 24))));
  }

  private static String text(MemorySegment from, long at, int bytes) {
    return new String(
        from.asSlice(at, bytes).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  /// The entry of a new snapshot.
  static Snapshot entry(InternalSnapshot shown, long l1Offset, int l1Entries) {
    byte[] id = shown.id().getBytes(StandardCharsets.UTF_8);
    byte[] name = shown.name().getBytes(StandardCharsets.UTF_8);
    int strings = FIXED_BYTES + EXTRA_BYTES;
    byte[] entry = new byte[(int) padded(strings + id.length + name.length)];
    MemorySegment out = MemorySegment.ofArray(entry);
    BigEndian.putLong(out, 0, l1Offset);
    BigEndian.putInt(out, 8, l1Entries);
    BigEndian.putShort(out, 12, id.length);
    BigEndian.putShort(out, 14, name.length);
    BigEndian.putInt(out, 16, (int) shown.takenAt().getEpochSecond());
    BigEndian.putInt(out, 20, shown.takenAt().getNano());
    BigEndian.putInt(out, 36, EXTRA_BYTES);
    BigEndian.putLong(out, FIXED_BYTES + 8, shown.diskBytes().orElseThrow());
    BigEndian.putLong(out, FIXED_BYTES + 16, -1);
    System.arraycopy(id, 0, entry, strings, id.length);
    System.arraycopy(name, 0, entry, strings + id.length, name.length);
    return new Snapshot(l1Offset, l1Entries, shown, entry);
  }

  /// The snapshot with this id.
  Optional<Snapshot> find(String id) {
    return snapshots.stream().filter(s -> s.shown().id().equals(id)).findFirst();
  }

  /// The id that a new snapshot gets: one more than the highest number among them.
  String nextId() {
    long highest =
        snapshots.stream()
            .map(s -> s.shown().id())
            .filter(id -> id.matches("[0-9]{1,18}"))
            .mapToLong(Long::parseLong)
            .max()
            .orElse(0);
    return String.valueOf(highest + 1);
  }

  /// The same with one more.
  SnapshotTable with(Snapshot added) {
    List<Snapshot> all = new ArrayList<>(snapshots);
    all.add(added);
    return of(all);
  }

  /// The same without one of them.
  SnapshotTable without(Snapshot gone) {
    return of(snapshots.stream().filter(s -> !s.equals(gone)).toList());
  }

  private static SnapshotTable of(List<Snapshot> all) {
    return new SnapshotTable(
        List.copyOf(all), all.stream().mapToLong(s -> s.stored().length).sum());
  }

  /// The table as it is stored.
  long[] words() {
    long[] words = new long[Math.toIntExact(bytes / 8)];
    int at = 0;
    for (Snapshot s : snapshots) {
      MemorySegment from = MemorySegment.ofArray(s.stored());
      for (int i = 0; i < s.stored().length; i += 8) {
        words[at++] = BigEndian.getLong(from, i);
      }
    }
    return words;
  }
}
