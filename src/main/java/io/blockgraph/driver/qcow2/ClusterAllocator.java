package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.MemorySegment;

/// Hands out clusters of the file and takes them back. For holders of the metadata lock only.
///
/// The first free cluster is taken, searched from a hint below which everything is used. A
/// cluster's refcount becomes one in memory at once and is in the file before any table in the file
/// points to the cluster.
final class ClusterAllocator {
  /// Clusters one after the other.
  ///
  /// @param offset of the first
  /// @param clusters how many
  /// @param fresh whether they read as zeroes: the file grew for them and nobody wrote there
  record Run(long offset, int clusters, boolean fresh) {}

  private final ImageState state;
  private final Corruption corruption;
  private final Geometry geometry;
  private final RefcountTable refcounts;

  /// Every cluster before it is used.
  private long hint;

  /// The file was never written at or behind this cluster.
  private long untouched;

  /// Where the next compressed cluster goes, if it fits into the rest of this cluster, which counts
  /// as used; 0 when none is begun.
  private long tail;

  ClusterAllocator(ImageState state, Corruption corruption) {
    this.state = state;
    this.corruption = corruption;
    this.geometry = state.geometry;
    this.refcounts = state.refcounts;
  }

  /// Writing begins on a file of `fileBytes`.
  void begin(long fileBytes) {
    hint = 0;
    tail = 0;
    untouched = geometry.clustersFor(fileBytes);
  }

  /// Takes at least one cluster and up to `atMost` in a row.
  ///
  /// @throws RefcountTable.Full when the refcount table has to grow first; then nothing was taken
  Run allocate(Disks disks, int atMost) {
    long first = refcounts.firstFree(disks.file(), hint);
    int most = first < untouched ? (int) Math.min(atMost, untouched - first) : atMost;
    int count = Math.max(1, refcounts.freeRun(disks.file(), first, most));
    Run run = take(disks, first, count);
    hint = first + count;
    return run;
  }

  /// Takes `bytes` bytes, less than a cluster, for a compressed cluster: behind the last one, in
  /// the same cluster of the file or going on into the next, or in a new one. Each cluster that has
  /// a byte of them is used once more.
  ///
  /// @throws RefcountTable.Full as [#allocate]
  long allocateBytes(Disks disks, int bytes) {
    if (tail != 0 && refcounts.get(disks.file(), tailCluster()) >= mostTogether()) {
      tail = 0;
    }
    long room = tail == 0 ? 0 : geometry.clusterSize() - geometry.within(tail);
    long place = tail;
    if (bytes > room) {
      long next = allocate(disks, 1).offset();
      boolean goesOn = tail != 0 && next == tail + room;
      place = goesOn ? tail : next;
      tail = goesOn ? tail : 0;
    }
    if (tail != 0) {
      long count = refcounts.get(disks.file(), tailCluster());
      refcounts.set(disks.file(), tailCluster(), count + 1);
    }
    tail = geometry.within(place + bytes) == 0 ? 0 : place + bytes;
    return place;
  }

  /// So often a cluster of the file is used when nothing more is put into it. An internal snapshot
  /// uses it as often once more, and refcounts have to count that: half their bits are for what
  /// lies together, half for snapshots.
  private long mostTogether() {
    return geometry.maxRefcount() >>> (geometry.refcountBits() / 2);
  }

  private long tailCluster() {
    return geometry.clusterOf(tail);
  }

  /// Nothing is put behind what is in a cluster any more: what it holds is about to be dropped.
  void closeTail(long cluster) {
    if (tail != 0 && tailCluster() == cluster) {
      tail = 0;
    }
  }

  /// Takes exactly `count` clusters in a row.
  Run allocateExactly(Disks disks, int count) {
    long first = refcounts.firstFree(disks.file(), hint);
    while (true) {
      int run = refcounts.freeRun(disks.file(), first, count);
      if (run == count) {
        return take(disks, first, count);
      }
      first = refcounts.firstFree(disks.file(), first + run);
    }
  }

  private Run take(Disks disks, long first, int count) {
    long end = geometry.offsetOf(first + count);
    if (end > Limits.MAX_OFFSET) {
      throw new BlockException(
          BlockException.Kind.NO_SPACE, "the image has no host offset left below 2^56");
    }
    for (long c = first; c < first + count; c++) {
      int classes = state.map.classesOf(c) & state.settings.overlapCheck().classes;
      if (classes != 0) {
        throw corruption.found(
            disks, "cluster " + c + " counts as free and holds " + MetadataMap.name(classes));
      }
    }
    disks.reach(disks.file(), end);
    boolean fresh = first >= untouched;
    untouched = Math.max(untouched, first + count);
    makeBlocks(disks, first, count);
    for (long c = first; c < first + count; c++) {
      refcounts.set(disks.file(), c, 1);
    }
    return new Run(geometry.offsetOf(first), count, fresh);
  }

  private void makeBlocks(Disks disks, long first, int count) {
    long last = refcounts.blockOf(first + count - 1);
    if (last >= refcounts.blocks().size()) {
      throw new RefcountTable.Full();
    }
    for (long block = refcounts.blockOf(first); block <= last; block++) {
      if (refcounts.blocks().get(block) == 0) {
        makeBlock(disks, block, first + count);
      }
    }
  }

  /// Makes a refcount block in a free cluster behind those about to be taken. When the cluster that
  /// is found is itself counted by a block that is not there, that block is made first and counts
  /// itself.
  void makeBlock(Disks disks, long block, long behind) {
    long place = refcounts.firstFree(disks.file(), behind);
    if (refcounts.blockOf(place) >= refcounts.blocks().size()) {
      throw new RefcountTable.Full();
    }
    if (!refcounts.hasBlock(place)) {
      install(disks, refcounts.blockOf(place), place);
      if (refcounts.blocks().get(block) != 0) {
        return;
      }
      place = refcounts.firstFree(disks.file(), place);
      if (!refcounts.hasBlock(place)) {
        makeBlock(disks, block, place);
        return;
      }
    }
    install(disks, block, place);
  }

  private void install(Disks disks, long block, long place) {
    long offset = geometry.offsetOf(place);
    corruption.requireNoOverlap(disks, offset, geometry.clusterSize(), 0);
    disks.reach(disks.file(), offset + geometry.clusterSize());
    writeZeroes(disks.file(), offset);
    untouched = Math.max(untouched, place + 1);
    refcounts.blocks().set((int) block, offset);
    state.map.add(place, 1, MetadataMap.REFCOUNT_BLOCK);
    refcounts.set(disks.file(), place, 1);
  }

  /// Fills a cluster with zeroes.
  void writeZeroes(BlockIo file, long offset) {
    try (ScratchBuffers.Lease lease = state.clusterBuffers.borrow()) {
      MemorySegment zeroes = lease.first(geometry.clusterSize());
      zeroes.fill((byte) 0);
      file.write(offset, zeroes);
    }
  }

  /// Takes back clusters no table in the file points to: each is used once less.
  void free(Disks disks, long first, long count) {
    for (long c = first; c < first + count; c++) {
      long refcount = refcounts.get(disks.file(), c);
      if (refcount == 0) {
        throw corruption.found(disks, "cluster " + c + " is freed and counts as free already");
      }
      refcounts.set(disks.file(), c, refcount - 1);
      if (refcount == 1) {
        hint = Math.min(hint, c);
        closeTail(c);
        state.map.remove(c, 1, MetadataMap.ALL);
      }
    }
  }

  /// Clusters that were in the file before are counted now; the search for free ones begins anew.
  void recount() {
    hint = 0;
    tail = 0;
  }

  /// Notes that the file was written up to, not including, this cluster.
  void written(long endCluster) {
    untouched = Math.max(untouched, endCluster);
  }
}
