package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.driver.qcow2.ClusterAllocator.Run;
import io.blockgraph.driver.qcow2.CopyOnWrite.Area;
import io.blockgraph.driver.qcow2.Settings.PassDiscard;
import java.lang.foreign.MemorySegment;

/// Writes what the guest writes. The caller has entered an epoch.
///
/// Bytes whose place is there and belongs to the active disk alone are written there, without any
/// lock. Others get a place: claimed by guest cluster, filled without a lock, and only then entered
/// into the tables.
final class WritePath {
  /// The most that is allocated in one go.
  private static final long MAX_RUN_BYTES = 8L << 20;

  private static final long PAGE_BYTES = 4096;

  private final ImageState state;
  private final Corruption corruption;
  private final ClusterMapping mapping;
  private final CopyOnWrite copyOnWrite;
  private final TableChanges tables;
  private final Geometry geometry;

  WritePath(
      ImageState state,
      Corruption corruption,
      ClusterMapping mapping,
      CopyOnWrite copyOnWrite,
      TableChanges tables) {
    this.state = state;
    this.corruption = corruption;
    this.mapping = mapping;
    this.copyOnWrite = copyOnWrite;
    this.tables = tables;
    this.geometry = state.geometry;
  }

  void write(Disks disks, long offset, MemorySegment from) {
    long length = from.byteSize();
    long done = 0;
    while (done < length) {
      Mapping run = mapping.find(disks, offset + done, length - done);
      if (run.inPlace()) {
        writeInPlace(disks, run.hostOffset, from.asSlice(done, run.bytes));
        done += run.bytes;
      } else {
        done += allocate(disks, offset + done, from.asSlice(done));
      }
    }
  }

  private void writeInPlace(Disks disks, long host, MemorySegment from) {
    BlockIo out = disks.data();
    if (disks.dataFile() == null) {
      corruption.requireNoOverlap(disks, host, from.byteSize(), 0);
    }
    disks.reach(out, host + from.byteSize());
    out.write(host, from);
  }

  /// Writes zeroes as data, in parts that end with a page: no crash may leave half a sector.
  void writeZeroes(Disks disks, long offset, long length) {
    try (ScratchBuffers.Lease lease = state.clusterBuffers.borrow()) {
      lease.segment().fill((byte) 0);
      for (long done = 0; done < length; ) {
        long most = lease.segment().byteSize() - ((offset + done) & (PAGE_BYTES - 1));
        long part = Math.min(length - done, most);
        write(disks, offset + done, lease.first(part));
        done += part;
      }
    }
  }

  /// Gives the first clusters of a request a place and writes them; answers how many bytes that
  /// were, 0 when somebody else did it meanwhile and they have to be looked up again.
  private long allocate(Disks disks, long offset, MemorySegment from) {
    long first = geometry.clusterOf(offset);
    long most = Math.max(1, MAX_RUN_BYTES >> geometry.clusterBits());
    long last =
        Math.min(
            Math.min(geometry.clusterOf(offset + from.byteSize() - 1), first + most - 1),
            first | (geometry.l2Entries() - 1L));
    try (InFlightClusters.Claim _ = state.inFlight.claim(first, last)) {
      Mapping now = new Mapping();
      mapping.one(disks, offset, from.byteSize(), now);
      if (now.inPlace()) {
        return 0;
      }
      return tables.hasWritablePlace(now.entry)
          ? intoPlace(disks, offset, from, now)
          : intoNew(disks, offset, from, countNew(disks, first, last));
    }
  }

  private int countNew(Disks disks, long first, long last) {
    Mapping next = new Mapping();
    long cluster = first + 1;
    while (cluster <= last) {
      mapping.one(disks, geometry.offsetOf(cluster), geometry.clusterSize(), next);
      if (tables.hasWritablePlace(next.entry)) {
        break;
      }
      cluster++;
    }
    return (int) (cluster - first);
  }

  private long intoNew(Disks disks, long offset, MemorySegment from, int count) {
    long first = geometry.clusterOf(offset);
    Run run =
        tables.withRoom(
            disks,
            () -> {
              tables.makeTableLocked(disks, first);
              return tables.take(disks, first, count);
            });
    long dataEnd = Math.min(offset + from.byteSize(), geometry.offsetOf(first + run.clusters()));
    long headStart = copiedFrom(disks, offset);
    long tailEnd = copiedTo(disks, dataEnd);
    long host = run.offset() + geometry.within(headStart);
    try {
      copyOnWrite.fill(
          disks,
          new Area(headStart, offset, tailEnd, host, run.fresh()),
          from.asSlice(0, dataEnd - offset));
    } catch (BlockException e) {
      tables.giveBack(disks, run);
      throw e;
    }
    state.locked(
        () -> {
          for (int i = 0; i < run.clusters(); i++) {
            enter(disks, first + i, run.offset() + geometry.offsetOf(i), headStart, tailEnd);
          }
          return true;
        });
    return dataEnd - offset;
  }

  /// Where copying begins: the subcluster's start, or the cluster's when its data has to move to
  /// the new place.
  private long copiedFrom(Disks disks, long offset) {
    return mustMove(disks, offset)
        ? geometry.down(offset)
        : offset & -(long) geometry.subclusterSize();
  }

  private long copiedTo(Disks disks, long dataEnd) {
    long unit = mustMove(disks, dataEnd - 1) ? geometry.clusterSize() : geometry.subclusterSize();
    return (dataEnd + unit - 1) & -unit;
  }

  private boolean mustMove(Disks disks, long offset) {
    if (!geometry.extendedL2()) {
      return true;
    }
    Mapping now = new Mapping();
    mapping.one(disks, offset, 1, now);
    return (now.entry & L2Entry.COMPRESSED) != 0 || (int) now.bitmap != 0;
  }

  /// Enters a new place of a guest cluster into its table; what lies between the two offsets is
  /// there.
  private void enter(Disks disks, long cluster, long host, long from, long to) {
    TableSlice slice = tables.slice(disks, cluster);
    int word = state.wordOf(cluster);
    long old = slice.get(word);
    long bitmap = 0;
    if (geometry.extendedL2()) {
      long covered = subclusters(cluster, from, to);
      boolean wasCompressed = (old & L2Entry.COMPRESSED) != 0;
      long kept = wasCompressed ? 0 : slice.get(word + 1) & L2Entry.ALL_ZERO;
      bitmap = (kept & ~(covered << 32)) | covered;
    }
    tables.set(slice, cluster, host | L2Entry.COPIED, bitmap);
    tables.unuse(disks, old, PassDiscard.OTHER);
  }

  /// The allocation bits of a cluster's subclusters that lie between two guest offsets on their
  /// boundaries.
  private long subclusters(long cluster, long from, long to) {
    long start = geometry.offsetOf(cluster);
    long first = (Math.max(from, start) - start) >>> geometry.subclusterBits();
    long end = (Math.min(to, start + geometry.clusterSize()) - start) >>> geometry.subclusterBits();
    return L2Entry.subclusters((int) first, (int) end - 1);
  }

  /// Writes into a cluster that has a place of its own, of which the part in question reads as
  /// something else.
  private long intoPlace(Disks disks, long offset, MemorySegment from, Mapping now) {
    long cluster = geometry.clusterOf(offset);
    long dataEnd = Math.min(offset + from.byteSize(), geometry.offsetOf(cluster + 1));
    long unit = geometry.subclusterSize();
    long headStart = offset & -unit;
    long tailEnd = (dataEnd + unit - 1) & -unit;
    long fillStart = isData(now, headStart) ? offset : headStart;
    long fillEnd = isData(now, tailEnd - 1) ? dataEnd : tailEnd;
    long host = L2Entry.offset(now.entry) + geometry.within(fillStart);
    if (disks.dataFile() == null) {
      corruption.requireNoOverlap(disks, host, fillEnd - fillStart, 0);
    }
    tables.makeTable(disks, cluster);
    copyOnWrite.fill(
        disks,
        new Area(fillStart, offset, fillEnd, host, false),
        from.asSlice(0, dataEnd - offset));
    state.locked(
        () -> {
          TableSlice slice = tables.slice(disks, cluster);
          int word = state.wordOf(cluster);
          long covered = geometry.extendedL2() ? subclusters(cluster, headStart, tailEnd) : 0;
          long bitmap =
              geometry.extendedL2() ? (slice.get(word + 1) & ~(covered << 32)) | covered : 0;
          tables.set(slice, cluster, slice.get(word) & ~L2Entry.ZERO, bitmap);
          return true;
        });
    return dataEnd - offset;
  }

  /// Whether a subcluster of the looked-up cluster holds data already; others may be writing into
  /// it right now, so nothing but the request's own bytes may be written there.
  private boolean isData(Mapping now, long offset) {
    return geometry.extendedL2()
        && (now.bitmap >>> (geometry.within(offset) >>> geometry.subclusterBits()) & 1) != 0;
  }
}
