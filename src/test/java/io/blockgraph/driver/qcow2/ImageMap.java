package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Where the structures of a good image lie, so that a mutator knows what it damages.
final class ImageMap {
  /// A structure.
  ///
  /// @param name what it is
  /// @param offset its first byte
  /// @param bytes its length
  record Area(String name, long offset, long bytes) {}

  private final List<Area> areas = new ArrayList<>();
  private final Set<Long> l2Tables = new TreeSet<>();
  private final Qcow2Header header;

  private ImageMap(Qcow2Header header) {
    this.header = header;
  }

  static ImageMap of(BlockIo file) {
    ImageMap map = new ImageMap(Qcow2Header.read(file));
    try (TableReader reader = new TableReader(file, Long.MAX_VALUE)) {
      map.find(reader);
    }
    return map;
  }

  /// All structures, the header first.
  List<Area> areas() {
    return areas;
  }

  Geometry geometry() {
    return header.geometry();
  }

  private void find(TableReader reader) {
    Geometry geometry = header.geometry();
    Tables tables = header.tables();
    areas.add(new Area("header", 0, Math.min(geometry.clusterSize(), 512)));
    l1("L1 table", tables.l1Offset(), tables.l1Entries(), reader);
    refcounts(reader);
    if (tables.snapshots() > 0) {
      for (SnapshotEntry entry : SnapshotEntry.readAll(header, reader)) {
        areas.add(new Area("snapshot entry", entry.fileOffset(), entry.storedBytes()));
        l1("snapshot's L1 table", entry.l1Offset(), entry.l1Entries(), reader);
      }
    }
    header.bitmaps().ifPresent(extension -> bitmaps(extension, reader));
    for (long l2 : l2Tables) {
      areas.add(new Area("L2 table", l2, geometry.clusterSize()));
    }
  }

  private void l1(String name, long offset, long entries, TableReader reader) {
    areas.add(new Area(name, offset, entries * 8));
    reader.entries(
        offset,
        entries,
        (i, value) -> {
          if (L2Entry.offset(value) != 0) {
            l2Tables.add(L2Entry.offset(value));
          }
        });
  }

  private void refcounts(TableReader reader) {
    StoredRefcounts stored = new StoredRefcounts(header, reader);
    areas.add(
        new Area("refcount table", header.tables().refcountTableOffset(), stored.blocks() * 8L));
    for (int i = 0; i < stored.blocks(); i++) {
      if (stored.entry(i) != 0) {
        int bytes = header.geometry().clusterSize();
        areas.add(new Area("refcount block", stored.entry(i), bytes));
      }
    }
  }

  private void bitmaps(BitmapsExtension extension, TableReader reader) {
    areas.add(
        new Area("bitmap directory", extension.directoryOffset(), extension.directoryBytes()));
    for (BitmapEntry entry : BitmapEntry.readAll(extension, header, reader)) {
      areas.add(new Area("bitmap table", entry.tableOffset(), entry.tableEntries() * 8L));
    }
  }
}
