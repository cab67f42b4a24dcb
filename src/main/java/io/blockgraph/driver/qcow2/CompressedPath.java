package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.driver.qcow2.Settings.PassDiscard;
import java.lang.foreign.MemorySegment;

/// Writes what the guest writes compressed, a cluster at a time; plainly where that takes no less
/// room. The caller has entered an epoch.
///
/// The bytes of a compressed cluster never change: each write stores them at a new place, enters
/// that into the table, and gives the old place up. So it needs no more care at a power cut than
/// any cluster that gets its first place.
///
/// Several compressed clusters lie in one cluster of the file, one behind the other, and each
/// counts as a use of it.
final class CompressedPath {
  private final ImageState state;
  private final Corruption corruption;
  private final ClusterAllocator allocator;
  private final TableChanges tables;
  private final WritePath plainly;
  private final ReadPath reads;
  private final ClusterMapping mapping;
  private final Geometry geometry;

  CompressedPath(Tools tools, WritePath plainly, ReadPath reads, ClusterMapping mapping) {
    this.state = tools.state();
    this.corruption = tools.corruption();
    this.allocator = tools.allocator();
    this.tables = tools.tables();
    this.plainly = plainly;
    this.reads = reads;
    this.mapping = mapping;
    this.geometry = state.geometry;
  }

  /// What places are taken and entered with.
  record Tools(
      ImageState state, Corruption corruption, ClusterAllocator allocator, TableChanges tables) {}

  /// Whether clusters of this image can be compressed: not those in a data file.
  boolean isPossible() {
    return !state.header().features().dataFile();
  }

  /// @throws BlockException UNSUPPORTED for an image with an external data file
  void write(Disks disks, long offset, MemorySegment from) {
    if (!isPossible()) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "the image keeps its data in an external data file, which holds no compressed clusters");
    }
    for (long done = 0; done < from.byteSize(); ) {
      long at = offset + done;
      long room = geometry.clusterSize() - geometry.within(at);
      MemorySegment part = from.asSlice(done, Math.min(room, from.byteSize() - done));
      if (!isStored(disks, at, part)) {
        plainly.write(disks, at, part);
      }
      done += part.byteSize();
    }
  }

  /// Stores a part of a cluster, or all of it; no when it has to be written plainly.
  private boolean isStored(Disks disks, long at, MemorySegment part) {
    long end = Math.min(geometry.down(at) + geometry.clusterSize(), state.sizeBytes());
    boolean whole = geometry.within(at) == 0 && at + part.byteSize() == end;
    long cluster = geometry.clusterOf(at);
    try (ScratchBuffers.Lease plain = state.clusterBuffers.borrow();
        ScratchBuffers.Lease stored = state.clusterBuffers.borrow()) {
      MemorySegment all = plain.first(geometry.clusterSize());
      MemorySegment room = stored.first(geometry.clusterSize() - 1L);
      if (whole) {
        return isStoredWhole(disks, cluster, padded(part, all), room);
      }
      try (InFlightClusters.Claim _ = state.inFlight.claim(cluster, cluster)) {
        return isMerged(disks, at, part, all)
            && isEntered(disks, cluster, room, Deflate.compress(compression(), all, room));
      }
    }
  }

  private boolean isStoredWhole(Disks disks, long cluster, MemorySegment all, MemorySegment room) {
    int bytes = Deflate.compress(compression(), all, room);
    if (bytes == 0) {
      return false;
    }
    try (InFlightClusters.Claim _ = state.inFlight.claim(cluster, cluster)) {
      return isEntered(disks, cluster, room, bytes);
    }
  }

  private Compression compression() {
    return geometry.compression();
  }

  /// Behind the end of the disk there are zeroes, so that growing it shows nothing else.
  private static MemorySegment padded(MemorySegment part, MemorySegment all) {
    if (part.byteSize() == all.byteSize()) {
      return part;
    }
    MemorySegment.copy(part, 0, all, 0, part.byteSize());
    all.asSlice(part.byteSize()).fill((byte) 0);
    return all;
  }

  /// Puts the part into what the cluster shows now. Not where the cluster has a place that others
  /// may be writing to at this moment, without a claim: what they write must not be lost.
  private boolean isMerged(Disks disks, long at, MemorySegment part, MemorySegment all) {
    long start = geometry.down(at);
    Mapping now = new Mapping();
    mapping.one(disks, start, geometry.clusterSize(), now);
    if (tables.hasWritablePlace(now.entry)) {
      return false;
    }
    long shown = Math.min(all.byteSize(), state.sizeBytes() - start);
    reads.read(disks, start, all.asSlice(0, shown));
    all.asSlice(shown).fill((byte) 0);
    MemorySegment.copy(part, 0, all, at - start, part.byteSize());
    return true;
  }

  /// With the cluster claimed.
  private boolean isEntered(Disks disks, long cluster, MemorySegment room, int bytes) {
    if (bytes == 0) {
      return false;
    }
    long place =
        tables.withRoom(
            disks,
            () -> {
              tables.makeTableLocked(disks, cluster);
              return allocator.allocateBytes(disks, bytes);
            });
    if (!L2Entry.holdsCompressed(place, geometry.clusterBits())) {
      giveBack(disks, place, bytes);
      return false;
    }
    try {
      corruption.requireNoOverlap(disks, place, bytes, 0);
      disks.file().write(place, room.asSlice(0, bytes));
    } catch (BlockException e) {
      giveBack(disks, place, bytes);
      throw e;
    }
    state.locked(() -> enter(disks, cluster, place, bytes));
    return true;
  }

  private boolean enter(Disks disks, long cluster, long place, int bytes) {
    TableSlice slice = tables.slice(disks, cluster);
    long old = slice.get(state.wordOf(cluster));
    tables.set(slice, cluster, L2Entry.compressed(place, bytes, geometry.clusterBits()), 0);
    tables.unuse(disks, old, PassDiscard.OTHER);
    return true;
  }

  private void giveBack(Disks disks, long place, int bytes) {
    long first = geometry.clusterOf(place);
    long last = geometry.clusterOf(place + bytes - 1);
    state.locked(
        () -> {
          allocator.free(disks, first, last - first + 1);
          return true;
        });
  }
}
