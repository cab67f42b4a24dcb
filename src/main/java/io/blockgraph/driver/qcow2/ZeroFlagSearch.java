package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/// Looks for clusters of zeroes in the L2 tables of an image and of its snapshots. What is a flag
/// in version 3 says nothing in version 2: with it a cluster would show something else in the other
/// version.
///
/// Tables are read while the disk is used, and those that came meanwhile at the end. A flag that is
/// set meanwhile is counted by the image. One thread.
final class ZeroFlagSearch {
  private static final int TABLES_AT_ONCE = 16;

  private final ImageState state;
  private final Set<Long> seen = new HashSet<>();
  private final ArrayDeque<Table> left = new ArrayDeque<>();
  private final long setBefore;
  private long readBytes;

  /// An L2 table.
  ///
  /// @param guestOffset where on the disk begins what it tells of
  /// @param disk which disk that is
  private record Table(long offset, long guestOffset, String disk) {}

  /// A search in the tables that `file` holds by now, and that are in it for all that was done
  /// before.
  ZeroFlagSearch(ImageState state) {
    this.state = state;
    this.setBefore = state.zeroFlagsSet();
  }

  /// Whether this is about the image that is open as `other`.
  boolean isOf(ImageState other) {
    return state.equals(other);
  }

  /// Looks at some tables more; false when those that are known were looked at.
  ///
  /// @throws io.blockgraph.block.BlockException UNSUPPORTED naming a cluster
  boolean advance(BlockIo file) {
    if (seen.isEmpty()) {
      note(file);
    }
    for (int i = 0; i < TABLES_AT_ONCE && !left.isEmpty(); i++) {
      requireNone(file, left.remove());
    }
    return !left.isEmpty();
  }

  /// How much was read by now.
  long readBytes() {
    return readBytes;
  }

  /// Looks at the rest. Only when no request is under way, and all is in the file.
  ///
  /// @throws io.blockgraph.block.BlockException UNSUPPORTED naming a cluster
  void finish(BlockIo file) {
    if (state.zeroFlagsSet() != setBefore) {
      throw VersionChange.only3("clusters of zeroes, which were written meanwhile");
    }
    note(file);
    while (!left.isEmpty()) {
      requireNone(file, left.remove());
    }
  }

  /// Notes the tables that were not there before.
  private void note(BlockIo file) {
    note(state.l1.copy(), "the disk");
    for (SnapshotTable.Snapshot s : SnapshotTable.read(file, state.header()).snapshots()) {
      long[] l1 = WordReader.read(file, s.l1Offset(), s.l1Entries(), state.tableBuffers);
      note(l1, "the internal snapshot '" + s.shown().name() + "'");
    }
  }

  private void note(long[] l1, String disk) {
    for (int i = 0; i < l1.length; i++) {
      long offset = L2Entry.offset(l1[i]);
      if (offset != 0 && seen.add(offset)) {
        left.add(new Table(offset, (long) i << state.geometry.l1CoverageBits(), disk));
      }
    }
  }

  private void requireNone(BlockIo file, Table table) {
    Geometry geometry = state.geometry;
    long[] entries =
        WordReader.read(file, table.offset(), geometry.l2Entries(), state.tableBuffers);
    readBytes += geometry.clusterSize();
    for (int i = 0; i < entries.length; i++) {
      if (L2Entry.isZero(entries[i])) {
        long offset = table.guestOffset() + geometry.offsetOf(i);
        throw VersionChange.only3(
            "a cluster of zeroes at offset " + offset + " of " + table.disk());
      }
    }
  }
}
