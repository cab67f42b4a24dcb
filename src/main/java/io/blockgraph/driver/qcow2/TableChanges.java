package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.driver.qcow2.ClusterAllocator.Run;
import io.blockgraph.driver.qcow2.Settings.PassDiscard;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/// Changes of the L1 and L2 tables in memory, and the clusters that go with them.
final class TableChanges {
  private final ImageState state;
  private final Corruption corruption;
  private final ClusterAllocator allocator;
  private final RefcountGrowth growth;
  private final Geometry geometry;
  private final boolean externalData;

  TableChanges(
      ImageState state, Corruption corruption, ClusterAllocator allocator, RefcountGrowth growth) {
    this.state = state;
    this.corruption = corruption;
    this.allocator = allocator;
    this.growth = growth;
    this.geometry = state.geometry;
    this.externalData = state.header().features().dataFile();
  }

  /// Runs something that allocates with the metadata lock; again when the refcount table had to
  /// grow first.
  <T> T withRoom(Disks disks, Supplier<T> action) {
    while (true) {
      int[] seen = new int[1];
      try {
        return state.locked(
            () -> {
              seen[0] = state.refcounts.blocks().size();
              return action.get();
            });
      } catch (RefcountTable.Full full) {
        growth.grow(disks, seen[0]);
      }
    }
  }

  /// Makes sure that there is an L2 table for a guest cluster that belongs to the active disk
  /// alone. Without locks.
  void makeTable(Disks disks, long guestCluster) {
    withRoom(
        disks,
        () -> {
          makeTableLocked(disks, guestCluster);
          return true;
        });
  }

  /// As [#makeTable], with the metadata lock and within [#withRoom].
  void makeTableLocked(Disks disks, long guestCluster) {
    int l1Index = Math.toIntExact(guestCluster >>> geometry.l2Bits());
    long entry = state.l1.get(l1Index);
    long old = L2Entry.offset(entry);
    if (geometry.within(old) != 0) {
      throw corruption.found(
          disks, "L1 entry " + l1Index + " points to offset " + old + ", which is no cluster's");
    }
    if (old != 0 && (entry & L2Entry.COPIED) != 0) {
      return;
    }
    Run run = allocator.allocate(disks, 1);
    try {
      if (old != 0) {
        copyTable(disks, old, run.offset());
      } else if (!run.fresh()) {
        allocator.writeZeroes(disks.file(), run.offset());
      }
    } catch (BlockException e) {
      allocator.free(disks, geometry.clusterOf(run.offset()), 1);
      throw e;
    }
    state.map.add(geometry.clusterOf(run.offset()), 1, MetadataMap.ACTIVE_L2);
    state.l1.set(l1Index, run.offset() | L2Entry.COPIED);
    int slices = 1 << state.slicesPerTableBits();
    state.l2.moved((long) l1Index << state.slicesPerTableBits(), slices, run.offset());
    if (old != 0) {
      state.frees.add(geometry.clusterOf(old), 1, PassDiscard.OTHER);
    }
  }

  private void copyTable(Disks disks, long from, long to) {
    BlockIo file = disks.file();
    try (ScratchBuffers.Lease lease = state.clusterBuffers.borrow()) {
      MemorySegment table = lease.first(geometry.clusterSize());
      Disks.readPadded(file, from, table);
      file.write(to, table);
    }
  }

  /// The slice of a guest cluster, pinned for a change; its table was made before. With the
  /// metadata lock.
  TableSlice slice(Disks disks, long guestCluster) {
    TableSlice slice = state.l2.getForChange(disks.file(), guestCluster >>> state.l2SliceBits());
    if (slice == null) {
      throw new IllegalStateException("guest cluster " + guestCluster + " has no L2 table");
    }
    return slice;
  }

  /// Sets the entry of a guest cluster. With the metadata lock.
  void set(TableSlice slice, long guestCluster, long entry, long bitmap) {
    int word = state.wordOf(guestCluster);
    if (geometry.extendedL2()) {
      slice.setPair(word, entry, bitmap);
    } else {
      if (L2Entry.isZero(entry)) {
        state.zeroFlagSet();
      }
      slice.set(word, entry);
    }
  }

  /// What an entry pointed to is not used by it any more. With the metadata lock.
  void unuse(Disks disks, long entry, PassDiscard reason) {
    if ((entry & L2Entry.COMPRESSED) != 0) {
      long offset = L2Entry.compressedOffset(entry, geometry.clusterBits());
      int bytes = L2Entry.compressedBytes(entry, geometry.clusterBits());
      long first = geometry.clusterOf(offset);
      unuse(disks, first, geometry.clusterOf(offset + bytes - 1) - first + 1, reason);
    } else if (!externalData && L2Entry.offset(entry) != 0) {
      unuse(disks, geometry.clusterOf(L2Entry.offset(entry)), 1, reason);
    }
  }

  /// A lying entry must not free what holds metadata: the header itself would be handed out.
  private void unuse(Disks disks, long first, long count, PassDiscard reason) {
    for (long c = first; c < first + count; c++) {
      int classes = state.map.classesOf(c);
      if (classes != 0) {
        throw corruption.found(
            disks,
            "guest data lies in cluster " + c + ", which holds " + MetadataMap.name(classes));
      }
    }
    state.frees.add(first, count, reason);
  }

  /// Takes clusters for guest data: in the data file those at the guest's own offset, otherwise
  /// free ones.
  Run take(Disks disks, long guestCluster, int atMost) {
    return externalData
        ? new Run(geometry.offsetOf(guestCluster), atMost, false)
        : allocator.allocate(disks, atMost);
  }

  /// Gives back clusters that were taken and never used.
  void giveBack(Disks disks, Run run) {
    if (!externalData) {
      state.locked(
          () -> {
            allocator.free(disks, geometry.clusterOf(run.offset()), run.clusters());
            return true;
          });
    }
  }

  /// Gives back clusters of the image's own file that were taken and never used.
  void giveBackMetadata(Disks disks, Run run) {
    state.locked(
        () -> {
          allocator.free(disks, geometry.clusterOf(run.offset()), run.clusters());
          return true;
        });
  }

  /// Whether an entry has a place in the file that may be written.
  boolean hasWritablePlace(long entry) {
    return (entry & L2Entry.COMPRESSED) == 0
        && (entry & L2Entry.COPIED) != 0
        && (externalData || L2Entry.offset(entry) != 0);
  }
}
