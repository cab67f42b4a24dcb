package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/// Walks everything an image references, each table once: header, L1 and L2 tables of the active
/// disk and of all internal snapshots, snapshot table, refcount table and blocks, bitmaps.
///
/// The time is bounded by the length of the file, not by what its tables claim. One thread, one
/// use.
final class ReferenceWalk {
  private static final long L1_RESERVED = 0x7f00_0000_0000_01ffL;
  private static final int SNAPSHOT_SIZES_BYTES = 16;

  private final Qcow2Header header;
  private final Geometry geometry;
  private final TableReader reader;
  private final CheckLog log;
  private final References references;
  private final StoredRefcounts stored;
  private final L2Tables l2Tables = new L2Tables();
  private final L2Check l2Check;

  ReferenceWalk(Qcow2Header header, TableReader reader, CheckLimits limits, CheckLog log) {
    this.header = header;
    this.geometry = header.geometry();
    this.reader = reader;
    this.log = log;
    this.references = new References(geometry, reader.fileBytes(), limits.counterBytes(), log);
    this.stored = new StoredRefcounts(header, reader);
    this.l2Check = new L2Check(header, reader, references, stored, log);
  }

  /// An L1 table.
  private record L1(long offset, long entries) {}

  /// Walks all of it.
  void walk() {
    references.add(0, geometry.clusterSize(), 1, () -> "the header");
    Tables tables = header.tables();
    activeL1(new L1(tables.l1Offset(), tables.l1Entries()));
    snapshots();
    l2Tables.forEach(this::l2Table);
    references.add(
        tables.refcountTableOffset(),
        geometry.offsetOf(tables.refcountTableClusters()),
        1,
        () -> "the refcount table");
    bitmaps();
    refcountBlocks();
  }

  /// Compares the stored refcounts with the references found, and returns the last cluster in use.
  long compare(RefcountComparison.Differences differences) {
    return new RefcountComparison(
            geometry, stored, references.counts(), clustersToCheck(), differences)
        .compare();
  }

  StoredRefcounts stored() {
    return stored;
  }

  /// The L2 tables that were found.
  L2Tables l2Tables() {
    return l2Tables;
  }

  CheckResult.Clusters clusters() {
    return l2Check.clusters();
  }

  private void activeL1(L1 table) {
    references.add(table.offset, table.entries * 8, 1, () -> "the L1 table");
    reader.entries(
        table.offset,
        table.entries,
        (i, value) -> {
          if (l1Entry(table, i, value, 1)) {
            l1CopiedFlag(table, i, value);
            l2Tables.add(L2Entry.offset(value), true, 1, (int) i);
          }
        });
  }

  private void inactiveL1(L1 table, int times) {
    references.add(table.offset, table.entries * 8, times, () -> "a snapshot's L1 table");
    reader.entries(
        table.offset,
        table.entries,
        (i, value) -> {
          if (l1Entry(table, i, value, times)) {
            l2Tables.add(L2Entry.offset(value), false, times, (int) i);
          }
        });
  }

  /// Checks an entry; false when there is no L2 table to be walked under it.
  private boolean l1Entry(L1 table, long index, long value, int times) {
    long at = table.offset + index * 8;
    OptionalLong guest = OptionalLong.of(index << geometry.l1CoverageBits());
    if ((value & L1_RESERVED) != 0) {
      log.corruptions(
          times,
          at,
          guest,
          () ->
              "L1 entry " + index + " is 0x" + Long.toHexString(value) + ": reserved bits are set");
    }
    long offset = L2Entry.offset(value);
    boolean isPlace = offset != 0 && geometry.within(offset) == 0;
    if (value != 0 && !isPlace) {
      log.corruptions(
          times,
          at,
          guest,
          () -> "L1 entry " + index + " names " + offset + ", which is no place for an L2 table");
    }
    return isPlace;
  }

  private void l1CopiedFlag(L1 table, long index, long value) {
    long refcount = stored.get(geometry.clusterOf(L2Entry.offset(value)));
    boolean copied = (value & L2Entry.COPIED) != 0;
    if (refcount != StoredRefcounts.UNKNOWN && copied != (refcount == 1)) {
      log.corruption(
          table.offset + index * 8,
          () ->
              "L1 entry "
                  + index
                  + (copied ? " has" : " lacks")
                  + " the COPIED flag; the refcount of its L2 table is "
                  + refcount);
    }
  }

  private void l2Table(L2Tables.Table table) {
    references.add(
        table.offset(), geometry.clusterSize(), table.references(), () -> "the L2 table");
    if (table.offset() < reader.fileBytes()) {
      l2Check.table(table);
    }
  }

  private void snapshots() {
    if (header.tables().snapshots() == 0) {
      return;
    }
    long start = header.tables().snapshotsOffset();
    if (header.features().dataFile()) {
      log.corruption(60, () -> "an image with an external data file has internal snapshots");
    }
    List<SnapshotEntry> entries;
    try {
      entries = SnapshotEntry.readAll(header, reader);
    } catch (BlockException e) {
      unreadable(start, e);
      return;
    }
    snapshotL1Tables(entries);
    long bytes = entries.stream().mapToLong(SnapshotEntry::storedBytes).sum();
    references.add(start, bytes, 1, () -> "the snapshot table");
  }

  private void snapshotL1Tables(List<SnapshotEntry> entries) {
    Map<L1, Integer> tables = new HashMap<>();
    for (SnapshotEntry entry : entries) {
      String name = "snapshot '" + entry.name() + "'";
      if (geometry.version() >= 3 && entry.extraBytes() < SNAPSHOT_SIZES_BYTES) {
        log.corruption(entry.fileOffset(), () -> name + " does not tell its disk's size");
      }
      if (isSane(entry, name)) {
        tables.merge(new L1(entry.l1Offset(), entry.l1Entries()), 1, Integer::sum);
      }
    }
    long claimed = tables.keySet().stream().mapToLong(table -> table.entries * 8).sum();
    if (claimed > reader.fileBytes()) {
      log.corruption(
          header.tables().snapshotsOffset(),
          () ->
              "the snapshots' L1 tables claim "
                  + claimed
                  + " bytes; the file has "
                  + reader.fileBytes());
      return;
    }
    tables.forEach(this::inactiveL1);
  }

  private boolean isSane(SnapshotEntry entry, String name) {
    long offset = entry.l1Offset();
    if (offset < 0 || offset >= Limits.MAX_OFFSET || geometry.within(offset) != 0) {
      log.corruption(
          entry.fileOffset(),
          () -> name + " has its L1 table at " + offset + ", no cluster's offset");
      return false;
    }
    if (entry.l1Entries() > Limits.MAX_L1_BYTES / 8) {
      log.corruption(
          entry.fileOffset() + 8,
          () -> name + " has " + entry.l1Entries() + " L1 entries, more than 4194304");
      return false;
    }
    return true;
  }

  private void bitmaps() {
    if (header.bitmaps().isEmpty()) {
      return;
    }
    BitmapsExtension extension = header.bitmaps().get();
    references.add(
        extension.directoryOffset(), extension.directoryBytes(), 1, () -> "the bitmap directory");
    try {
      for (BitmapEntry entry : BitmapEntry.readAll(extension, header, reader)) {
        bitmap(entry);
      }
    } catch (BlockException e) {
      unreadable(extension.directoryOffset(), e);
    }
  }

  private void bitmap(BitmapEntry bitmap) {
    String name = "bitmap '" + bitmap.name() + "'";
    references.add(
        bitmap.tableOffset(), bitmap.tableEntries() * 8L, 1, () -> "the table of " + name);
    reader.entries(
        bitmap.tableOffset(),
        bitmap.tableEntries(),
        (i, value) -> {
          if (!BitmapEntry.isValidTableEntry(value, geometry)) {
            log.corruption(
                bitmap.tableOffset() + i * 8,
                () -> name + ": entry " + i + " is 0x" + Long.toHexString(value));
          } else if (L2Entry.offset(value) != 0) {
            references.add(
                L2Entry.offset(value), geometry.clusterSize(), 1, () -> "a cluster of " + name);
          }
        });
  }

  private void refcountBlocks() {
    Set<Long> seen = new HashSet<>();
    long clusters = clustersToCheck();
    for (int i = 0; i < stored.blocks(); i++) {
      long entry = stored.entry(i);
      if (entry != 0) {
        refcountBlock(i, entry, clusters, seen);
      }
    }
  }

  /// The clusters of the file, or more when references lie behind its end.
  private long clustersToCheck() {
    return 1 + Math.max(geometry.clusterOf(reader.fileBytes() - 1), references.counts().highest());
  }

  private void refcountBlock(int index, long entry, long clusters, Set<Long> seen) {
    long at = header.tables().refcountTableOffset() + index * 8L;
    if (stored.isInvalid(index)) {
      log.corruption(
          at, () -> "refcount table entry " + index + " is 0x" + Long.toHexString(entry));
      return;
    }
    if (geometry.clusterOf(entry) >= clusters) {
      log.corruption(
          at, () -> "refcount block " + index + " at " + entry + " lies behind the file's end");
      return;
    }
    references.add(entry, geometry.clusterSize(), 1, () -> "refcount block " + index);
    if (!seen.add(entry) || references.counts().get(geometry.clusterOf(entry)) != 1) {
      log.corruption(
          at, () -> "refcount block " + index + " at " + entry + " is used for something else too");
    }
  }

  /// What must not be believed is a corruption; what is only too much is a place not checked.
  private void unreadable(long at, BlockException e) {
    if (e.kind() != BlockException.Kind.BAD_IMAGE) {
      throw e;
    }
    log.checkError(at, e::getMessage);
  }
}
