package io.blockgraph.driver.qcow2;

import java.util.Arrays;

/// The L2 tables that L1 tables point to, each once, with the number of its references: shared
/// tables are then walked once, however many L1 entries share them. One thread.
final class L2Tables {
  private static final int FIRST_CAPACITY = 64;

  /// A table; the numbers say how often it is referenced.
  ///
  /// @param offset its place in the file
  /// @param active by the active L1 table
  /// @param inactive by the L1 tables of internal snapshots
  /// @param l1Index the first entry of an L1 table that points to it
  record Table(long offset, int active, int inactive, int l1Index) {
    long references() {
      return (long) active + inactive;
    }
  }

  interface Visitor {
    void table(Table table);
  }

  private long[] offsets = new long[FIRST_CAPACITY];
  private int[] active = new int[FIRST_CAPACITY];
  private int[] inactive = new int[FIRST_CAPACITY];
  private int[] l1Indexes = new int[FIRST_CAPACITY];
  private int size;

  /// Counts references to the table at `offset`, which is not 0.
  void add(long offset, boolean isActive, int times, int l1Index) {
    if (size * 2 >= offsets.length) {
      grow();
    }
    int slot = slot(offset);
    if (offsets[slot] == 0) {
      offsets[slot] = offset;
      l1Indexes[slot] = l1Index;
      size++;
    }
    if (isActive) {
      active[slot] += times;
    } else {
      inactive[slot] = (int) Math.min(Integer.MAX_VALUE, inactive[slot] + (long) times);
    }
  }

  /// Visits every table once, in the order of their places.
  void forEach(Visitor visitor) {
    long[] sorted = Arrays.stream(offsets).filter(offset -> offset != 0).sorted().toArray();
    for (long offset : sorted) {
      int slot = slot(offset);
      visitor.table(new Table(offset, active[slot], inactive[slot], l1Indexes[slot]));
    }
  }

  private int slot(long offset) {
    int mask = offsets.length - 1;
    int slot = (int) ((offset * 0x9e37_79b9_7f4a_7c15L) >>> 32) & mask;
    while (offsets[slot] != 0 && offsets[slot] != offset) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldOffsets = offsets;
    int[] oldActive = active;
    int[] oldInactive = inactive;
    int[] oldIndexes = l1Indexes;
    int capacity = Math.multiplyExact(oldOffsets.length, 2);
    offsets = new long[capacity];
    active = new int[capacity];
    inactive = new int[capacity];
    l1Indexes = new int[capacity];
    for (int i = 0; i < oldOffsets.length; i++) {
      if (oldOffsets[i] != 0) {
        int slot = slot(oldOffsets[i]);
        offsets[slot] = oldOffsets[i];
        active[slot] = oldActive[i];
        inactive[slot] = oldInactive[i];
        l1Indexes[slot] = oldIndexes[i];
      }
    }
  }
}
