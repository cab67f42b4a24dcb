package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.qcow2.BitmapDirectory.Bitmap;
import io.blockgraph.driver.qcow2.SnapshotTable.Snapshot;
import java.util.ArrayList;
import java.util.List;

/// Counts anew how often each cluster is used, for an image whose refcounts were not written before
/// a crash (the dirty flag is set).
///
/// First the tables are walked, then every refcount that differs is set, then the flags that say
/// "exactly one" in the active tables. The dirty flag stays until all that is durable, so a crash
/// meanwhile only means to begin again.
final class RefcountRebuild {
  /// References may point so many clusters behind the file's end; more is no trace of a crash.
  private static final long SLACK_CLUSTERS = 1 << 16;

  private static final int PAGE_BITS = 12;

  private final ImageState state;
  private final Corruption corruption;
  private final ClusterAllocator allocator;
  private final Geometry geometry;
  private final Disks disks;
  private final L2Tables tables = new L2Tables();
  private final List<int[]> pages = new ArrayList<>();
  private final long limit;

  /// Every cluster at or behind this is not used.
  private long end;

  RefcountRebuild(
      ImageState state, Corruption corruption, ClusterAllocator allocator, Disks disks) {
    this.state = state;
    this.corruption = corruption;
    this.allocator = allocator;
    this.geometry = state.geometry;
    this.disks = disks;
    this.limit = geometry.clustersFor(disks.file().sizeBytes()) + SLACK_CLUSTERS;
  }

  /// Rebuilds; with the metadata lock, before anything is allocated.
  ///
  /// @throws RefcountTable.Full when the refcount table has to grow first; call again then
  void run(SnapshotTable snapshots) {
    count(0, 1, 1);
    Tables where = state.header().tables();
    countBytes(where.l1Offset(), where.l1Entries() * 8L);
    countBytes(
        where.refcountTableOffset(),
        (long) where.refcountTableClusters() << geometry.clusterBits());
    countBytes(where.snapshotsOffset(), snapshots.bytes());
    for (long block : state.refcounts.blocks().copy()) {
      countBytes(block, block == 0 ? 0 : geometry.clusterSize());
    }
    countMappings(snapshots);
    countBitmaps();
    apply();
    setFlags();
  }

  private void count(long first, long clusters, long times) {
    for (long c = first; c < first + clusters; c++) {
      if (c >= limit) {
        throw corruption.found(
            disks, "a table points to cluster " + c + ", far behind the end of the file");
      }
      end = Math.max(end, c + 1);
      int page = (int) (c >>> PAGE_BITS);
      while (pages.size() <= page) {
        pages.add(new int[0]);
      }
      if (pages.get(page).length == 0) {
        pages.set(page, new int[1 << PAGE_BITS]);
      }
      int at = (int) c & ((1 << PAGE_BITS) - 1);
      pages.get(page)[at] = (int) Math.min(Integer.MAX_VALUE, pages.get(page)[at] + times);
    }
  }

  private int counted(long cluster) {
    int page = (int) (cluster >>> PAGE_BITS);
    return page >= pages.size() || pages.get(page).length == 0
        ? 0
        : pages.get(page)[(int) cluster & ((1 << PAGE_BITS) - 1)];
  }

  private void countBytes(long offset, long bytes) {
    countBytes(offset, bytes, 1);
  }

  private void countBytes(long offset, long bytes, long times) {
    if (bytes > 0) {
      long first = geometry.clusterOf(offset);
      count(first, geometry.clusterOf(offset + bytes - 1) - first + 1, times);
    }
  }

  /// Counts each L2 table once, with the number of its references: shared ones would else take time
  /// without bound.
  private void countMappings(SnapshotTable snapshots) {
    noteTables(state.l1.copy(), true);
    long claimed = snapshots.snapshots().stream().mapToLong(s -> s.l1Entries() * 8L).sum();
    if (claimed > disks.file().sizeBytes()) {
      throw corruption.found(
          disks, "the snapshots' L1 tables claim " + claimed + " bytes, more than the file has");
    }
    for (Snapshot s : snapshots.snapshots()) {
      countBytes(s.l1Offset(), s.l1Entries() * 8L);
      noteTables(
          WordReader.read(disks.file(), s.l1Offset(), s.l1Entries(), state.tableBuffers), false);
    }
    tables.forEach(
        table -> {
          countBytes(table.offset(), geometry.clusterSize(), table.references());
          countL2(readL2(table.offset()), table.references());
        });
  }

  private void noteTables(long[] l1, boolean active) {
    for (int i = 0; i < l1.length; i++) {
      long table = L2Entry.offset(l1[i]);
      if (geometry.within(table) != 0) {
        throw corruption.found(
            disks, "L1 entry " + i + " names offset " + table + ", no cluster's");
      }
      if (table != 0) {
        tables.add(table, active, 1, i);
      }
    }
  }

  private long[] readL2(long table) {
    int words = geometry.clusterSize() / 8;
    return WordReader.read(disks.file(), table, words, state.tableBuffers);
  }

  private void countL2(long[] words, long times) {
    int step = geometry.extendedL2() ? 2 : 1;
    for (int i = 0; i < words.length; i += step) {
      long entry = words[i];
      if ((entry & L2Entry.COMPRESSED) != 0) {
        countBytes(
            L2Entry.compressedOffset(entry, geometry.clusterBits()),
            L2Entry.compressedBytes(entry, geometry.clusterBits()),
            times);
      } else if (isCounted(entry)) {
        countBytes(L2Entry.offset(entry), geometry.clusterSize(), times);
      }
    }
  }

  private boolean isCounted(long entry) {
    return L2Entry.offset(entry) != 0 && !state.header().features().dataFile();
  }

  private void countBitmaps() {
    BlockIo file = disks.file();
    state
        .header()
        .bitmaps()
        .ifPresent(
            where -> {
              countBytes(where.directoryOffset(), where.directoryBytes());
              for (Bitmap b : BitmapDirectory.read(file, geometry, where).bitmaps()) {
                countBytes(b.tableOffset(), b.tableEntries() * 8L);
                for (long entry : b.table(file, state.tableBuffers)) {
                  long cluster = entry & BitmapDirectory.OFFSET;
                  countBytes(cluster, cluster == 0 ? 0 : geometry.clusterSize());
                }
              }
            });
  }

  private void apply() {
    RefcountTable refcounts = state.refcounts;
    long covered = (long) refcounts.blocks().size() << geometry.refcountBlockBits();
    for (long c = 0; c < Math.max(end, Math.min(covered, limit)); c++) {
      int wanted = counted(c);
      if (wanted > geometry.maxRefcount()) {
        throw corruption.found(disks, "cluster " + c + " is used " + wanted + " times");
      }
      if (wanted != 0 && refcounts.blockOf(c) >= refcounts.blocks().size()) {
        throw new RefcountTable.Full();
      }
      if (wanted != 0 && !refcounts.hasBlock(c)) {
        allocator.makeBlock(disks, refcounts.blockOf(c), end);
      }
      if (refcounts.get(disks.file(), c) != wanted && !isNewBlock(c)) {
        refcounts.set(disks.file(), c, wanted);
      }
    }
  }

  /// Whether a cluster behind all that was counted was just made a refcount block.
  private boolean isNewBlock(long cluster) {
    return cluster >= end && state.map.classesOf(cluster) == MetadataMap.REFCOUNT_BLOCK;
  }

  private void setFlags() {
    long[] l1 = state.l1.copy();
    for (int i = 0; i < l1.length; i++) {
      long table = L2Entry.offset(l1[i]);
      if (table == 0) {
        continue;
      }
      long wanted = withFlag(l1[i], table);
      if (wanted != l1[i]) {
        state.l1.set(i, wanted);
      }
    }
    tables.forEach(
        table -> {
          if (table.active() > 0) {
            setL2Flags(table.offset());
          }
        });
  }

  private long withFlag(long entry, long offset) {
    boolean once = counted(geometry.clusterOf(offset)) == 1;
    return once ? entry | L2Entry.COPIED : entry & ~L2Entry.COPIED;
  }

  private void setL2Flags(long table) {
    long[] words = readL2(table);
    boolean changed = false;
    int step = geometry.extendedL2() ? 2 : 1;
    for (int i = 0; i < words.length; i += step) {
      if ((words[i] & L2Entry.COMPRESSED) == 0 && isCounted(words[i])) {
        long wanted = withFlag(words[i], L2Entry.offset(words[i]));
        changed |= wanted != words[i];
        words[i] = wanted;
      }
    }
    if (changed) {
      writeL2(table, words);
    }
  }

  private void writeL2(long table, long[] words) {
    corruption.requireNoOverlap(disks, table, geometry.clusterSize(), MetadataMap.ACTIVE_L2);
    TableWrite.writeAll(disks, TableWrite.split(table, words), state.tableBuffers);
  }
}
