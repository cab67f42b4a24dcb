package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.InternalSnapshots;
import io.blockgraph.block.InternalSnapshots.SnapshotChange;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.driver.qcow2.PendingFrees.Freed;
import io.blockgraph.driver.qcow2.Settings.PassDiscard;
import io.blockgraph.driver.qcow2.SnapshotTable.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// An open qcow2 image: its tables, caches and allocator. It holds no disk below; each call is given them.
///
///     Qcow2Io (file, backing, dataFile)      immutable, one per binding, many at once
///        |  each request: enters an epoch, hands the disks down
///        v
///     ReadPath     WritePath     ZeroAndDiscard    Resizer    ExtentWalk
///        |   ClusterMapping |  CopyOnWrite |           |
///        |       (no lock)  |      TableChanges  <-----+      changes tables in memory: metadata lock
///        v                  v            v
///     L2 cache, L1 table, refcount table and cache, ClusterAllocator, PendingFrees
///                           |
///                       WriteBack                              brings them into the file, in order; one at a time
///
/// Opening only reads. With the first write [WriteStart] repairs refcounts after a crash and sets flags; [#settle] brings
/// everything into the file and takes them down. docs/design/qcow2.md tells the order of writes and the rules for threads.
///
/// Any thread; [#settle] and [#close] when no request is under way.
final class Qcow2Image {
  private final ImageState state;
  private final Object growth = new Object();
  final Corruption corruption;
  final CompressedClusters compressed;
  final ReadPath reads;
  final WritePath writes;
  final CompressedPath compressing;
  final ZeroAndDiscard zeroing;
  final ExtentWalk extents;
  final WriteBack writeBack;
  final WriteStart start;
  final Resizer resizer;
  final StoredBitmaps bitmaps;
  final BackingName backingName;
  final Emptier emptier;
  final SnapshotChanges snapshots;
  final Amender amender;
  private final Inflation inflation;

  /// The tables of snapshots that were asked for, by id.
  private final Map<String, Qcow2Image> shown = new ConcurrentHashMap<>();

  private Qcow2Image(ImageState state, Inflation inflation) {
    this.state = state;
    this.corruption = new Corruption(state);
    ClusterAllocator allocator = new ClusterAllocator(state, corruption);
    ClusterMapping mapping = new ClusterMapping(state, corruption);
    this.compressed = new CompressedClusters(state, mapping, inflation);
    this.writeBack = new WriteBack(state, corruption, allocator, compressed::forget);
    RefcountGrowth growth = new RefcountGrowth(state, allocator, writeBack);
    TableChanges tables = new TableChanges(state, corruption, allocator, growth);
    this.reads = new ReadPath(mapping, compressed);
    this.extents = new ExtentWalk(mapping);
    CopyOnWrite copyOnWrite = new CopyOnWrite(state, mapping, reads);
    this.writes = new WritePath(state, corruption, mapping, copyOnWrite, tables);
    this.compressing =
        new CompressedPath(
            new CompressedPath.Tools(state, corruption, allocator, tables), writes, reads, mapping);
    this.zeroing = new ZeroAndDiscard(state, mapping, writes, tables);
    this.bitmaps =
        new StoredBitmaps(state, new BitmapWriter(state, corruption, allocator, writeBack, tables));
    this.start = new WriteStart(state, corruption, allocator, writeBack, tables, bitmaps);
    this.resizer = new Resizer(state, allocator, writeBack, tables, zeroing, bitmaps);
    this.backingName = new BackingName(state);
    this.emptier = new Emptier(state, allocator, writeBack, tables);
    this.snapshots =
        new SnapshotChanges(
            new TableSwitch.Tools(state, corruption, allocator, writeBack, tables), start);
    this.amender = new Amender(state, corruption, start, writeBack, bitmaps);
    this.inflation = inflation;
  }

  /// Opens an image; only reads.
  ///
  /// @param dataFile the disk with the data, exactly if the image has an external data file
  /// @throws BlockException BAD_IMAGE naming field, offset and value; INVALID for a data file too
  ///   many or too few
  static Qcow2Image open(
      BlockIo file, @Nullable BlockIo dataFile, Settings settings, CorruptionListener listener) {
    return open(file, dataFile, settings, new Services(listener, Inflation.IN_CALLER));
  }

  /// What an image is given from outside.
  ///
  /// @param listener is told when the image contradicts itself
  /// @param inflation threads and memory for compressed clusters
  record Services(CorruptionListener listener, Inflation inflation) {}

  /// As above, with these services.
  static Qcow2Image open(
      BlockIo file, @Nullable BlockIo dataFile, Settings settings, Services services) {
    Qcow2Header header = Qcow2Header.read(file);
    if (header.features().dataFile() != (dataFile != null)) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          dataFile == null
              ? "the image keeps its data in an external data file (it names '"
                  + header.dataFileName().orElse("")
                  + "'); name the node that holds it as 'dataFile'"
              : "the image has no external data file; 'dataFile' must not be given");
    }
    ScratchBuffers buffers = ScratchBuffers.shared(TableWrite.MAX_BYTES);
    long[] l1 =
        WordReader.read(file, header.tables().l1Offset(), header.tables().l1Entries(), buffers);
    return new Qcow2Image(
        new ImageState(header, l1, settings, services.listener()), services.inflation());
  }

  /// A view of the image over these disks. Cheap.
  Qcow2Io bind(BlockIo file, @Nullable BlockIo backing, @Nullable BlockIo dataFile) {
    return new Qcow2Io(this, new Disks(file, backing, dataFile, growth));
  }

  /// The disk as a snapshot has it, over these disks. Cheap but for the first time.
  ///
  /// @throws BlockException INVALID when there is no such snapshot
  SnapshotDisk show(Disks disks, String id) {
    Snapshot snapshot = snapshots.find(disks, id);
    Qcow2Image image = shown.computeIfAbsent(id, _ -> tablesOf(disks, snapshot));
    return new SnapshotDisk(new Qcow2Io(image, disks));
  }

  private Qcow2Image tablesOf(Disks disks, Snapshot snapshot) {
    if (state.header().features().dataFile()) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "snapshots of an image with an external data file cannot be shown");
    }
    Tables tables = state.header().tables().withL1(snapshot.l1Offset(), snapshot.l1Entries());
    Qcow2Header header = state.header().withTables(tables).withSize(snapshots.sizeOf(snapshot));
    long[] l1 =
        WordReader.read(
            disks.file(), snapshot.l1Offset(), snapshot.l1Entries(), state.tableBuffers);
    return new Qcow2Image(new ImageState(header, l1, state.settings, state.listener), inflation);
  }

  /// Changes the snapshots; what was kept in memory of what is gone is forgotten, also when the
  /// change is made and something fails behind it.
  void change(Disks disks, SnapshotChange change) {
    start.ensure(disks);
    try {
      snapshots.make(disks, change);
    } finally {
      compressed.forget(List.of(new Freed(0, Limits.MAX_OFFSET, PassDiscard.SNAPSHOT)));
    }
    if (change instanceof InternalSnapshots.Delete(String id)) {
      Qcow2Image gone = shown.remove(id);
      if (gone != null) {
        gone.compressed.close();
      }
    }
  }

  /// What the image says of itself.
  Qcow2Info info() {
    return new Qcow2Info(state.header());
  }

  /// Where the image was found to contradict itself since it was opened; one that is only read is
  /// not flagged for it.
  Optional<String> contradiction() {
    return Optional.ofNullable(state.corruption);
  }

  /// Refuses an image that may only be read: one that was flagged as corrupt.
  ///
  /// @throws BlockException CORRUPT
  void requireWritable() {
    start.requireUnflagged();
  }

  /// Brings everything into the file; to be called before the right to write it is lost. A later
  /// write begins anew.
  void settle(BlockIo file, @Nullable BlockIo dataFile) {
    start.settle(new Disks(file, null, dataFile, growth));
  }

  /// Stores these bitmaps now, in place of those in the file.
  void store(BlockIo file, @Nullable BlockIo dataFile, List<KeptBitmap> kept) {
    start.store(new Disks(file, null, dataFile, growth), kept);
  }

  /// The image will not be used any more.
  void close(BlockIo file, @Nullable BlockIo dataFile) {
    compressed.close();
    shown.values().forEach(image -> image.compressed.close());
    settle(file, dataFile);
  }

  long sizeBytes() {
    return state.sizeBytes();
  }

  long clusterBytes() {
    return state.geometry.clusterSize();
  }

  RequestEpochs epochs() {
    return state.epochs;
  }

  boolean isWriting() {
    return state.writing;
  }
}
