package io.blockgraph.driver.qcow2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// A table of offsets that is held whole in memory: the active L1 table, or the refcount table.
///
/// Entries are read by any thread without a lock and written with the metadata lock held. Changed
/// entries are written to the file in pieces of a sector.
final class OffsetTable {
  private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
  private static final int PIECE = 64;

  private volatile long[] entries;
  private final BitSet changed = new BitSet();

  OffsetTable(long[] entries) {
    this.entries = entries;
  }

  int size() {
    return entries.length;
  }

  /// The entry; 0 behind the end.
  long get(long index) {
    long[] now = entries;
    return index < now.length ? (long) WORD.getAcquire(now, (int) index) : 0;
  }

  void set(int index, long entry) {
    WORD.setRelease(entries, index, entry);
    changed.set(index / PIECE);
  }

  /// The table was written anew with these entries.
  void replace(long[] now) {
    entries = now;
    changed.clear();
  }

  long[] copy() {
    return entries.clone();
  }

  boolean isChanged() {
    return !changed.isEmpty();
  }

  /// Takes the changed pieces, as they shall be written when the table lies at `tableOffset`.
  List<TableWrite> takeChanged(long tableOffset) {
    List<TableWrite> taken = new ArrayList<>();
    for (int p = changed.nextSetBit(0); p >= 0; p = changed.nextSetBit(p + 1)) {
      int from = p * PIECE;
      int count = Math.min(PIECE, entries.length - from);
      long[] words = new long[count];
      System.arraycopy(entries, from, words, 0, count);
      taken.add(new TableWrite(tableOffset + from * 8L, words));
    }
    changed.clear();
    return taken;
  }

  /// What was taken may not be in the file.
  void notWritten(List<TableWrite> taken, long tableOffset) {
    for (TableWrite t : taken) {
      changed.set((int) ((t.fileOffset() - tableOffset) / 8 / PIECE));
    }
  }
}
