package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;

/// How often each cluster of the file is used: the refcount table in memory, refcount blocks
/// through a cache.
///
/// For holders of the metadata lock only.
final class RefcountTable {
  /// The refcount table has no entry for a cluster that is needed: it has to grow, which needs more
  /// locks.
  static final class Full extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Full() {
      super("the refcount table is full", null, false, false);
    }
  }

  private final Geometry geometry;
  private final TableCache cache;
  private final OffsetTable blocks = new OffsetTable(new long[0]);
  private final int sliceBits;

  RefcountTable(Geometry geometry, long cacheBytes, ScratchBuffers scratch) {
    this.geometry = geometry;
    int sliceBytes = sliceBytes(geometry);
    this.sliceBits = Integer.numberOfTrailingZeros(sliceBytes) + 3 - geometry.refcountOrder();
    this.cache = new TableCache(sliceBytes, cacheBytes, this::sliceOffset, scratch);
  }

  /// Tables are held in slices of a page, or of a cluster when that is smaller.
  static int sliceBytes(Geometry geometry) {
    return Math.min(4096, geometry.clusterSize());
  }

  /// The entries of the table: offsets of refcount blocks.
  OffsetTable blocks() {
    return blocks;
  }

  TableCache cache() {
    return cache;
  }

  private long sliceOffset(long slice) {
    int perBlock = geometry.refcountBlockBits() - sliceBits;
    long block = blocks.get(slice >>> perBlock);
    return block == 0 ? 0 : block + (slice & ((1L << perBlock) - 1)) * sliceBytes(geometry);
  }

  /// The number of the block that counts a cluster.
  long blockOf(long cluster) {
    return cluster >>> geometry.refcountBlockBits();
  }

  boolean hasBlock(long cluster) {
    return blocks.get(blockOf(cluster)) != 0;
  }

  /// The refcount, as an unsigned number.
  long get(BlockIo file, long cluster) {
    TableSlice slice = cache.get(file, cluster >>> sliceBits);
    return slice == null ? 0 : Refcounts.get(geometry, slice, within(cluster));
  }

  private int within(long cluster) {
    return (int) (cluster & ((1L << sliceBits) - 1));
  }

  /// Sets a refcount; its block must be there.
  void set(BlockIo file, long cluster, long refcount) {
    TableSlice slice = cache.getForChange(file, cluster >>> sliceBits);
    if (slice == null) {
      throw new IllegalStateException("cluster " + cluster + " has no refcount block");
    }
    Refcounts.set(geometry, slice, within(cluster), refcount);
  }

  /// The first cluster at or behind `from` that nobody uses.
  long firstFree(BlockIo file, long from) {
    long cluster = from;
    while (true) {
      TableSlice slice = cache.get(file, cluster >>> sliceBits);
      if (slice == null) {
        return cluster;
      }
      int end = 1 << sliceBits;
      for (int i = within(cluster); i < end; i++, cluster++) {
        if (Refcounts.get(geometry, slice, i) == 0) {
          return cluster;
        }
      }
    }
  }

  /// How many clusters from `first` on, at most `most`, nobody uses.
  int freeRun(BlockIo file, long first, int most) {
    int count = 0;
    while (count < most && get(file, first + count) == 0) {
      count++;
    }
    return count;
  }

  /// The last cluster at or before `from` that somebody uses.
  long lastUsed(BlockIo file, long from) {
    long cluster = from;
    while (cluster > 0 && get(file, cluster) == 0) {
      cluster--;
    }
    return cluster;
  }
}
