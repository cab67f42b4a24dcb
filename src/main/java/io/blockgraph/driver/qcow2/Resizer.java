package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.qcow2.ClusterAllocator.Run;
import io.blockgraph.driver.qcow2.Settings.PassDiscard;

/// Changes the length of the disk. The caller has made sure that no request is under way.
///
/// The header's length is written last when growing (what is new reads as zeroes by then) and last
/// when shrinking (what is cut off is gone by then, so that growing again never shows it).
final class Resizer {
  private static final long SECTOR = 512;

  private final ImageState state;
  private final ClusterAllocator allocator;
  private final WriteBack writeBack;
  private final TableChanges tables;
  private final ZeroAndDiscard zeroing;
  private final StoredBitmaps bitmaps;
  private final Geometry geometry;

  Resizer(
      ImageState state,
      ClusterAllocator allocator,
      WriteBack writeBack,
      TableChanges tables,
      ZeroAndDiscard zeroing,
      StoredBitmaps bitmaps) {
    this.state = state;
    this.allocator = allocator;
    this.writeBack = writeBack;
    this.tables = tables;
    this.zeroing = zeroing;
    this.bitmaps = bitmaps;
    this.geometry = state.geometry;
  }

  void resize(Disks disks, long wanted) {
    long old = state.sizeBytes();
    long size = lengthFor(disks, wanted);
    if (size == old) {
      return;
    }
    bitmaps.giveUp(disks);
    if (size > old) {
      grow(disks, old, size);
    } else {
      shrink(disks, old, size);
    }
  }

  /// The length that the disk would get.
  ///
  /// @throws BlockException INVALID, UNSUPPORTED
  long lengthFor(Disks disks, long wanted) {
    long most = (Limits.MAX_L1_BYTES / 8) << geometry.l1CoverageBits();
    if (wanted < 0 || wanted > most) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "a qcow2 disk with clusters of "
              + geometry.clusterSize()
              + " bytes has 0 to "
              + most
              + " bytes, not "
              + wanted);
    }
    long size = Math.addExact(wanted, SECTOR - 1) & -SECTOR;
    if (size != state.sizeBytes()) {
      requireResizableSnapshots(disks);
      requireRoomForBitmaps(size);
    }
    return size;
  }

  /// An image has no form for the bits of an empty disk: QEMU refuses any table of theirs.
  private void requireRoomForBitmaps(long size) {
    if (size == 0 && bitmaps.areKept()) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "the image keeps bitmaps, and cannot for a disk of 0 bytes: remove them first");
    }
  }

  private void requireResizableSnapshots(Disks disks) {
    if (state.header().tables().snapshots() == 0) {
      return;
    }
    boolean known =
        state.version() >= 3
            && SnapshotTable.read(disks.file(), state.header()).snapshots().stream()
                .allMatch(s -> s.diskBytes().isPresent());
    if (!known) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "the image has internal snapshots that do not tell their own disk size; it cannot be"
              + " resized");
    }
  }

  private void grow(Disks disks, long old, long size) {
    int entries = Math.toIntExact(geometry.l1EntriesFor(size));
    if (entries > state.l1.size()) {
      growL1(disks, entries);
    }
    if (state.header().features().rawDataFile()) {
      resizeDataFile(disks, old);
      resizeDataFile(disks, size);
    } else {
      long shown = Math.max(disks.backingBytes(), geometry.up(old));
      long end = Math.min(size, shown);
      if (end > old) {
        zeroing.zero(disks, ByteRange.between(old, end), Zeroable.Mode.MAY_UNMAP);
      }
    }
    writeBack.drain(disks);
    writeSize(disks, size);
  }

  private static void resizeDataFile(Disks disks, long size) {
    if (disks.data() instanceof Resizable r) {
      r.resize(size);
    } else if (disks.data().sizeBytes() < size) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED, "the raw data file cannot change its length");
    }
  }

  private void writeSize(Disks disks, long size) {
    Qcow2Header header = state.header().withSize(size);
    header.writeSize(disks.file());
    disks.file().flush();
    state.locked(
        () -> {
          state.header(header);
          return true;
        });
  }

  /// Writes a larger L1 table elsewhere and switches the header to it in one write.
  private void growL1(Disks disks, int entries) {
    int grown =
        Math.max(entries, Math.min(state.l1.size() * 3 / 2, (int) (Limits.MAX_L1_BYTES / 8)));
    int clusters = Math.toIntExact(geometry.clustersFor(grown * 8L));
    writeBack.drain(disks);
    Run run = tables.withRoom(disks, () -> allocator.allocateExactly(disks, clusters));
    writeBack.drain(disks);
    long[] words = new long[clusters << (geometry.clusterBits() - 3)];
    System.arraycopy(state.l1.copy(), 0, words, 0, state.l1.size());
    TableWrite.writeAll(disks, TableWrite.split(run.offset(), words), state.tableBuffers);
    disks.file().flush();
    Tables old = state.header().tables();
    Qcow2Header header = state.header().withTables(old.withL1(run.offset(), grown));
    header.writeL1(disks.file());
    disks.file().flush();
    state.locked(
        () -> {
          state.header(header);
          state.l1.replace(java.util.Arrays.copyOf(words, grown));
          state.map.add(geometry.clusterOf(run.offset()), clusters, MetadataMap.ACTIVE_L1);
          if (old.l1Entries() > 0) {
            allocator.free(
                disks,
                geometry.clusterOf(old.l1Offset()),
                geometry.clustersFor(old.l1Entries() * 8L));
          }
          return true;
        });
  }

  private void shrink(Disks disks, long old, long size) {
    long firstGone = geometry.clustersFor(size);
    long behind = geometry.clustersFor(old);
    for (long c = firstGone; c < behind; ) {
      long tableEnd = Math.min(behind, (c | (geometry.l2Entries() - 1L)) + 1);
      boolean whole = (c & (geometry.l2Entries() - 1L)) == 0;
      if (L2Entry.offset(state.l1.get(c >>> geometry.l2Bits())) != 0) {
        drop(disks, c, tableEnd, whole);
      }
      c = tableEnd;
    }
    writeBack.drain(disks);
    if (state.header().features().rawDataFile()) {
      resizeDataFile(disks, size);
    }
    writeSize(disks, size);
  }

  /// Takes guest clusters of one L2 table out of it; with all of them gone the table goes too.
  private void drop(Disks disks, long first, long end, boolean whole) {
    tables.makeTable(disks, first);
    state.locked(
        () -> {
          for (long c = first; c < end; c++) {
            TableSlice slice = tables.slice(disks, c);
            tables.unuse(disks, slice.get(state.wordOf(c)), PassDiscard.OTHER);
            tables.set(slice, c, 0, 0);
          }
          if (whole) {
            dropTable(first);
          }
          return true;
        });
    writeBack.relieve(disks);
  }

  private void dropTable(long first) {
    int l1Index = (int) (first >>> geometry.l2Bits());
    long table = L2Entry.offset(state.l1.get(l1Index));
    int slices = 1 << state.slicesPerTableBits();
    state.l1.set(l1Index, 0);
    state.l2.forget((long) l1Index << state.slicesPerTableBits(), slices);
    state.frees.add(geometry.clusterOf(table), 1, PassDiscard.OTHER);
  }
}
