package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.driver.qcow2.SnapshotTable.Snapshot;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happens before the first write to an image, and after the last one.
///
/// Until the first write an image is only read: nothing is repaired, no flag is changed, no
/// refcount is in memory.
final class WriteStart {
  private final ImageState state;
  private final Corruption corruption;
  private final ClusterAllocator allocator;
  private final WriteBack writeBack;
  private final TableChanges tables;
  private final StoredBitmaps bitmaps;
  private final Geometry geometry;
  private long fileBytesAtStart;

  WriteStart(
      ImageState state,
      Corruption corruption,
      ClusterAllocator allocator,
      WriteBack writeBack,
      TableChanges tables,
      StoredBitmaps bitmaps) {
    this.state = state;
    this.corruption = corruption;
    this.allocator = allocator;
    this.writeBack = writeBack;
    this.tables = tables;
    this.bitmaps = bitmaps;
    this.geometry = state.geometry;
  }

  /// Called before each write; does its work once.
  void ensure(Disks disks) {
    corruption.requireSound();
    if (!state.writing || state.bitmapsStored) {
      begin(disks);
    }
  }

  /// Refuses an image that cannot be written to.
  void requireSound() {
    corruption.requireSound();
    requireUnflagged();
  }

  /// Refuses an image whose corrupt flag is set.
  void requireUnflagged() {
    if (state.header().features().corrupt()) {
      throw new BlockException(
          BlockException.Kind.CORRUPT,
          "the image is flagged as corrupt (incompatible feature bit 1 at offset 72) and can only"
              + " be read");
    }
  }

  private synchronized void begin(Disks disks) {
    if (state.writing) {
      if (state.bitmapsStored) {
        bitmaps.markInUse(disks);
      }
      return;
    }
    requireUnflagged();
    readRefcountTable(disks);
    SnapshotTable snapshots = SnapshotTable.read(disks.file(), state.header());
    noteMetadata(disks, snapshots);
    fileBytesAtStart = disks.file().sizeBytes();
    allocator.begin(fileBytesAtStart);
    boolean wasDirty = state.header().features().dirty();
    if (wasDirty) {
      tables.withRoom(
          disks,
          () -> {
            new RefcountRebuild(state, corruption, allocator, disks).run(snapshots);
            state.l2.clear();
            allocator.recount();
            return true;
          });
      writeBack.drain(disks);
    }
    raiseFlags(disks);
    state.writing = true;
  }

  private void readRefcountTable(Disks disks) {
    Tables t = state.header().tables();
    int entries = (int) (((long) t.refcountTableClusters() << geometry.clusterBits()) / 8);
    long[] blocks =
        WordReader.read(disks.file(), t.refcountTableOffset(), entries, state.tableBuffers);
    for (int i = 0; i < blocks.length; i++) {
      if (geometry.within(blocks[i]) != 0 || blocks[i] < 0 || blocks[i] >= Limits.MAX_OFFSET) {
        throw corruption.found(
            disks,
            "refcount table entry "
                + i
                + " points to offset "
                + Long.toUnsignedString(blocks[i])
                + ", which is no cluster's");
      }
    }
    state.locked(
        () -> {
          state.refcounts.blocks().replace(blocks);
          return true;
        });
  }

  /// Notes anew which clusters hold metadata.
  void noteMetadata(Disks disks, SnapshotTable snapshots) {
    state.locked(
        () -> {
          state.map.clear();
          Tables t = state.header().tables();
          note(0, geometry.clusterSize(), MetadataMap.HEADER);
          note(t.l1Offset(), t.l1Entries() * 8L, MetadataMap.ACTIVE_L1);
          note(
              t.refcountTableOffset(),
              (long) t.refcountTableClusters() << geometry.clusterBits(),
              MetadataMap.REFCOUNT_TABLE);
          note(t.snapshotsOffset(), snapshots.bytes(), MetadataMap.SNAPSHOT_TABLE);
          noteTables(state.l1.copy(), MetadataMap.ACTIVE_L2);
          noteTables(state.refcounts.blocks().copy(), MetadataMap.REFCOUNT_BLOCK);
          noteSnapshots(disks.file(), snapshots);
          state
              .header()
              .bitmaps()
              .ifPresent(
                  b -> note(b.directoryOffset(), b.directoryBytes(), MetadataMap.BITMAP_DIRECTORY));
          return true;
        });
  }

  private void noteSnapshots(BlockIo file, SnapshotTable snapshots) {
    for (Snapshot s : snapshots.snapshots()) {
      note(s.l1Offset(), s.l1Entries() * 8L, MetadataMap.INACTIVE_L1);
      if (state.settings.overlapCheck() == Settings.OverlapCheck.ALL) {
        noteTables(
            WordReader.read(file, s.l1Offset(), s.l1Entries(), state.tableBuffers),
            MetadataMap.INACTIVE_L2);
      }
    }
  }

  private void noteTables(long[] offsets, int type) {
    for (long entry : offsets) {
      long offset = L2Entry.offset(entry);
      if (offset != 0) {
        note(offset, geometry.clusterSize(), type);
      }
    }
  }

  private void note(long offset, long bytes, int type) {
    if (bytes > 0) {
      long first = geometry.clusterOf(offset);
      state.map.add(first, geometry.clusterOf(offset + bytes - 1) - first + 1, type);
    }
  }

  /// Clears the flags of what we do not know or keep up to date, and says that refcounts will be
  /// written late; durable before anything else is written.
  private void raiseFlags(Disks disks) {
    if (state.version() < 3) {
      return;
    }
    Features now = state.header().features();
    long dirty = state.lazyRefcounts() ? Features.DIRTY : 0;
    Features wanted =
        new Features(
            (now.incompatible() & ~Features.DIRTY) | dirty,
            now.compatible(),
            now.autoclear() & Features.KNOWN_AUTOCLEAR);
    bitmaps.markInUse(disks);
    if (!wanted.equals(now)) {
      putFeatures(disks, wanted);
    }
  }

  private void putFeatures(Disks disks, Features wanted) {
    Qcow2Header header = state.header().withFeatures(wanted);
    header.writeFeatures(disks.file());
    disks.file().flush();
    state.locked(
        () -> {
          state.header(header);
          return true;
        });
  }

  /// Brings everything into the file and takes the flags down; a later write begins anew. Bitmaps
  /// that cannot be stored stay marked, and keep nothing else from being settled.
  synchronized void settle(Disks disks) {
    if (!state.writing || state.corruption != null) {
      return;
    }
    @Nullable BlockException failed = null;
    writeBack.drain(disks);
    try {
      bitmaps.settle(disks);
    } catch (BlockException e) {
      failed = e;
    }
    trim(disks);
    Features now = state.header().features();
    if (now.dirty()) {
      putFeatures(disks, now.withIncompatible(now.incompatible() & ~Features.DIRTY));
    }
    state.writing = false;
    if (failed != null) {
      throw failed;
    }
  }

  /// Stores these bitmaps now.
  synchronized void store(Disks disks, List<KeptBitmap> kept) {
    bitmaps.owe();
    ensure(disks);
    bitmaps.store(disks, kept);
  }

  /// Gives back what the file grew in advance.
  private void trim(Disks disks) {
    BlockIo file = disks.file();
    long end =
        state.locked(
            () -> {
              long last = geometry.clustersFor(file.sizeBytes());
              return geometry.offsetOf(state.refcounts.lastUsed(file, last) + 1);
            });
    long wanted = Math.max(end, fileBytesAtStart);
    if (wanted < file.sizeBytes() && file instanceof Resizable resizable) {
      shorten(resizable, wanted);
    }
  }

  /// What lies below may have a reason to keep its length by now, as an image with internal
  /// snapshots has: the file then stays longer than it need be.
  private static void shorten(Resizable file, long sizeBytes) {
    try {
      file.resize(sizeBytes);
    } catch (BlockException e) {
      if (e.kind() != BlockException.Kind.UNSUPPORTED) {
        throw e;
      }
    }
  }
}
