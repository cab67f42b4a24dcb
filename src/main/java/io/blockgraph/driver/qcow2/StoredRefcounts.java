package io.blockgraph.driver.qcow2;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The refcounts an image stores, read through its refcount table with a few blocks kept. One
/// thread.
final class StoredRefcounts {
  /// No refcount can be told: the entry of the refcount table is invalid.
  static final long UNKNOWN = -1;

  private static final int KEPT_BLOCKS = 8;
  private static final long RESERVED = 0x1ff;

  private final Geometry geometry;
  private final TableReader reader;
  private final long[] table;
  private final @Nullable MemorySegment[] blocks = new MemorySegment[KEPT_BLOCKS];
  private final long[] held = new long[KEPT_BLOCKS];

  StoredRefcounts(Qcow2Header header, TableReader reader) {
    this.geometry = header.geometry();
    this.reader = reader;
    Tables tables = header.tables();
    long bytes = geometry.offsetOf(tables.refcountTableClusters());
    table = new long[Math.toIntExact(bytes / 8)];
    reader.entries(
        tables.refcountTableOffset(), table.length, (i, value) -> table[(int) i] = value);
  }

  /// How many blocks the table can name.
  int blocks() {
    return table.length;
  }

  /// The entry of the table, reserved bits and all.
  long entry(int index) {
    return table[index];
  }

  /// Whether an entry has reserved bits or names no cluster's offset below 2^63.
  boolean isInvalid(int index) {
    long entry = table[index];
    return entry < 0 || (entry & RESERVED) != 0 || geometry.within(entry) != 0;
  }

  /// The stored refcount of a cluster, [#UNKNOWN] under an invalid table entry.
  long get(long cluster) {
    long index = cluster >>> geometry.refcountBlockBits();
    if (index >= table.length || table[(int) index] == 0) {
      return 0;
    }
    return isInvalid((int) index)
        ? UNKNOWN
        : RefcountBits.get(
            block((int) index),
            geometry.refcountOrder(),
            cluster & (geometry.refcountBlockEntries() - 1L));
  }

  /// The block under a valid entry of the table that is not 0; valid until the next call.
  MemorySegment block(int index) {
    int slot = index % KEPT_BLOCKS;
    MemorySegment block = blocks[slot];
    if (block == null) {
      block = reader.buffer(geometry.clusterSize());
      blocks[slot] = block;
    }
    if (held[slot] != table[index]) {
      held[slot] = 0;
      reader.read(table[index], block);
      held[slot] = table[index];
    }
    return block;
  }
}
