package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Reads compressed clusters: several at the same time, and ahead of those who read in order. The
/// caller has entered an epoch.
///
///     the thread that reads                                   threads of the executor
///       look up the entries of the request
///       read what is stored, in few pieces   - - offer - ->     inflate
///       the same for some clusters ahead     - - offer - ->     inflate
///       inflate what nobody has begun, wait for the rest, copy
///
/// All I/O is done by the thread that reads, within its request: so whoever holds requests back (to close, to resize, to
/// change the disks below) holds this back, too. [PlainClusters] tells why nothing stale is ever found.
final class CompressedClusters {
  private final ImageState state;
  private final ClusterMapping mapping;
  private final Geometry geometry;
  private final Inflation inflation;
  private final PlainClusters plains;
  private final Streams streams;
  private final int window;

  CompressedClusters(ImageState state, ClusterMapping mapping, Inflation inflation) {
    this.state = state;
    this.mapping = mapping;
    this.geometry = state.geometry;
    this.inflation = inflation;
    this.plains = new PlainClusters(geometry, state.clusterBuffers, inflation);
    int most = PlainClusters.mostClusters(geometry);
    this.window = isWorthHandingOver() ? Math.max(2, most / 2) : 1;
    this.streams =
        new Streams(4 * Runtime.getRuntime().availableProcessors(), Math.max(1, most - window));
  }

  /// To hand a small cluster to another thread takes longer than to inflate it.
  private boolean isWorthHandingOver() {
    return geometry.clusterSize() >= Limits.MIN_PARALLEL_CLUSTER_BYTES;
  }

  /// Reads as many compressed clusters in a row as begin with `first` at the guest's `offset`, but
  /// no more than `into` has room for; answers how many bytes that were.
  long read(Disks disks, Mapping first, long offset, MemorySegment into) {
    long cluster = geometry.clusterOf(offset);
    long last = geometry.clusterOf(offset + into.byteSize() - 1);
    PlainCluster known = last == cluster ? plains.pinDone(first.entry) : null;
    if (known == null) {
      return readRow(disks, first, offset, into);
    }
    try {
      readAhead(disks, cluster, cluster);
      known.copy(geometry.within(offset), into);
      return into.byteSize();
    } finally {
      plains.unpin(List.of(known));
    }
  }

  private long readRow(Disks disks, Mapping first, long offset, MemorySegment into) {
    long cluster = geometry.clusterOf(offset);
    long last = geometry.clusterOf(offset + into.byteSize() - 1);
    long[] entries = mapping.compressed(disks, cluster, Math.min(last, cluster + window - 1));
    if (entries.length == 0 || entries[0] != first.entry) {
      // It was changed since it was looked up; what it was is as good an answer.
      entries = new long[] {first.entry};
    }
    List<PlainCluster> made = new ArrayList<>();
    List<PlainCluster> pinned = plains.pin(entries, made);
    try {
      load(disks, made);
      made.stream().skip(1).forEach(this::offer);
      readAhead(disks, cluster, cluster + entries.length - 1);
      inflation.makeRoom(plains, 0);
      return copy(disks, pinned, offset, into);
    } finally {
      plains.unpin(pinned);
    }
  }

  private void offer(PlainCluster cluster) {
    inflation.offer(() -> plains.run(cluster));
  }

  private long copy(Disks disks, List<PlainCluster> pinned, long offset, MemorySegment into) {
    long done = 0;
    for (PlainCluster cluster : pinned) {
      long within = geometry.within(offset + done);
      long part = Math.min(into.byteSize() - done, geometry.clusterSize() - within);
      if (plains.await(cluster)) {
        cluster.copy(within, into.asSlice(done, part));
      } else {
        readAlone(disks, cluster.entry, within, into.asSlice(done, part));
      }
      done += part;
    }
    return done;
  }

  /// Reads a cluster that somebody else could not read, or not in time.
  private void readAlone(Disks disks, long entry, long within, MemorySegment into) {
    long offset = L2Entry.compressedOffset(entry, geometry.clusterBits());
    StoredBytes stored = new StoredBytes(offset, end(entry));
    try (ScratchBuffers.Lease plain = state.clusterBuffers.borrow()) {
      Disks.readPadded(disks.file(), offset, stored.all());
      MemorySegment whole = plain.first(geometry.clusterSize());
      Inflate.fill(geometry.compression(), stored.all(), whole, offset);
      MemorySegment.copy(whole, within, into, 0, into.byteSize());
    } finally {
      stored.release();
    }
  }

  /// Reads ahead of a reader who goes on in order. Nobody has asked for these bytes: an error is
  /// nobody's, and whoever does ask reads them anew.
  private void readAhead(Disks disks, long first, long last) {
    Streams.Span span = isWorthHandingOver() ? streams.used(first, last) : null;
    if (span == null) {
      return;
    }
    try {
      long end = Math.min(span.last(), geometry.clustersFor(state.sizeBytes()) - 1);
      long[] entries = mapping.compressed(disks, span.first(), end);
      long bytes = (long) entries.length << geometry.clusterBits();
      if (bytes > 0 && inflation.makeRoom(plains, bytes)) {
        readAhead(disks, entries);
      }
    } catch (BlockException e) {
      assert span.first() > last : "an error of what was asked for is left aside";
    }
  }

  private void readAhead(Disks disks, long[] entries) {
    List<PlainCluster> made = plains.pinAhead(entries);
    try {
      load(disks, made);
      made.forEach(this::offer);
    } finally {
      plains.unpin(made);
    }
  }

  /// Reads what is stored of new clusters, in one piece where it lies together.
  private void load(Disks disks, List<PlainCluster> made) {
    try {
      for (int i = 0; i < made.size(); ) {
        long start = start(made.get(i).entry);
        long end = end(made.get(i).entry);
        int next = i + 1;
        while (next < made.size() && joins(start, end, made.get(next).entry)) {
          end = Math.max(end, end(made.get(next).entry));
          next++;
        }
        loadTogether(disks.file(), made.subList(i, next), start, end);
        i = next;
      }
    } finally {
      plains.fail(made);
    }
  }

  private boolean joins(long start, long end, long entry) {
    return start <= start(entry)
        && start(entry) <= end
        && Math.max(end, end(entry)) - start <= Limits.MAX_STORED_READ_BYTES;
  }

  private void loadTogether(BlockIo file, List<PlainCluster> clusters, long start, long end) {
    StoredBytes stored = new StoredBytes(start, end);
    try {
      Disks.readPadded(file, start, stored.all());
      for (PlainCluster cluster : clusters) {
        long from = start(cluster.entry);
        plains.ready(cluster, stored, stored.share(from, end(cluster.entry) - from));
      }
    } finally {
      stored.release();
    }
  }

  private long start(long entry) {
    return L2Entry.compressedOffset(entry, geometry.clusterBits());
  }

  private long end(long entry) {
    return start(entry) + L2Entry.compressedBytes(entry, geometry.clusterBits());
  }

  /// Places in the file may be used anew.
  void forget(List<PendingFrees.Freed> freed) {
    plains.forget(freed);
  }

  /// The image is closed: nothing is inflated for it any more.
  void close() {
    plains.close();
  }

  /// How many clusters are kept.
  int kept() {
    return plains.count();
  }
}
