package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What an open image knows, shared by the classes that work on it; it knows no disk below.
///
/// Changed with [#metadata] held; the order of locks is write-back, metadata, set of a cache.
final class ImageState {
  final Geometry geometry;
  final Settings settings;
  final CorruptionListener listener;

  /// Guards every change of tables in memory.
  final ReentrantLock metadata = new ReentrantLock();

  final OffsetTable l1;
  final TableCache l2;
  final RefcountTable refcounts;
  final MetadataMap map = new MetadataMap();
  final PendingFrees frees = new PendingFrees();
  final RequestEpochs epochs = new RequestEpochs();
  final InFlightClusters inFlight = new InFlightClusters();

  /// Buffers for tables, 64 KiB each.
  final ScratchBuffers tableBuffers = ScratchBuffers.shared(TableWrite.MAX_BYTES);

  /// Buffers of a cluster, at least 64 KiB.
  final ScratchBuffers clusterBuffers;

  private volatile Qcow2Header header;

  /// Whether writing has begun: feature bits are set and the refcount table is in memory.
  volatile boolean writing;

  /// Whether the file says of its bitmaps what is true, so that the next write has to say first
  /// that it is not any more.
  volatile boolean bitmapsStored;

  /// How many clusters of zeroes were told of in L2 entries; changed with the metadata lock.
  private final AtomicLong zeroFlagsSet = new AtomicLong();

  /// Why the image takes no more writes.
  volatile @Nullable String corruption;

  ImageState(Qcow2Header header, long[] l1, Settings settings, CorruptionListener listener) {
    this.header = header;
    this.geometry = header.geometry();
    this.settings = settings;
    this.listener = listener;
    this.l1 = new OffsetTable(l1);
    int slice = RefcountTable.sliceBytes(geometry);
    this.l2 = new TableCache(slice, settings.l2CacheBytes(), this::l2SliceOffset, tableBuffers);
    this.refcounts = new RefcountTable(geometry, settings.refcountCacheBytes(), tableBuffers);
    this.clusterBuffers = ScratchBuffers.shared(geometry.clusterSize());
  }

  Qcow2Header header() {
    return header;
  }

  /// With the metadata lock, or before anybody else works with the image.
  void header(Qcow2Header now) {
    header = now;
  }

  /// The version of the image, which is not that of its geometry once it was amended.
  int version() {
    return header.geometry().version();
  }

  long sizeBytes() {
    return header.sizeBytes();
  }

  /// How often an L2 entry was given the flag of zeroes since the image was opened.
  long zeroFlagsSet() {
    return zeroFlagsSet.get();
  }

  /// An L2 entry is going to have the flag of zeroes. With the metadata lock.
  void zeroFlagSet() {
    assert metadata.isHeldByCurrentThread();
    zeroFlagsSet.incrementAndGet();
  }

  boolean lazyRefcounts() {
    return version() >= 3 && (settings.lazyRefcounts() || header.features().lazyRefcounts());
  }

  /// log2 of the L2 entries in a slice.
  int l2SliceBits() {
    return Integer.numberOfTrailingZeros(
        RefcountTable.sliceBytes(geometry) / geometry.l2EntryBytes());
  }

  /// log2 of the slices of an L2 table.
  int slicesPerTableBits() {
    return geometry.l2Bits() - l2SliceBits();
  }

  private long l2SliceOffset(long slice) {
    int bits = slicesPerTableBits();
    long table = L2Entry.offset(l1.get(slice >>> bits));
    long within = slice & ((1L << bits) - 1);
    return table == 0 ? 0 : table + within * RefcountTable.sliceBytes(geometry);
  }

  /// The slice that describes a guest cluster; null when there is no L2 table.
  @Nullable TableSlice l2Slice(BlockIo file, long guestCluster) {
    return l2.get(file, guestCluster >>> l2SliceBits());
  }

  /// The number of the first word of a guest cluster's entry within its slice.
  int wordOf(long guestCluster) {
    int entry = (int) (guestCluster & ((1L << l2SliceBits()) - 1));
    return geometry.extendedL2() ? entry * 2 : entry;
  }

  /// Runs something with the metadata lock.
  <T> T locked(Supplier<T> action) {
    metadata.lock();
    try {
      return action.get();
    } finally {
      metadata.unlock();
    }
  }
}
