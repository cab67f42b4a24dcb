package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/// Gives an open image another version, or other flags. The header is one sector then, written at
/// once, so a crash leaves the image as it was or as it shall be; everything else is brought into
/// the file before.
final class Amender {
  private static final int SECTOR = 512;

  private final ImageState state;
  private final Corruption corruption;
  private final WriteStart start;
  private final StoredBitmaps bitmaps;

  Amender(ImageState state, Corruption corruption, WriteStart start, StoredBitmaps bitmaps) {
    this.state = state;
    this.corruption = corruption;
    this.start = start;
    this.bitmaps = bitmaps;
  }

  /// What can be told without reading tables.
  ///
  /// @throws BlockException INVALID or UNSUPPORTED when it cannot be
  void requirePossible(AmendOptions wanted) {
    start.requireSound();
    Qcow2Header after = wanted.in(state.header());
    if (after.geometry().version() < state.version() && bitmaps.areKept()) {
      throw VersionChange.only3("bitmaps");
    }
  }

  /// Does it. Only when no request is under way.
  ///
  /// @throws BlockException as [#requirePossible], and UNSUPPORTED when a cluster speaks against it
  void amend(Disks disks, AmendOptions wanted) {
    requirePossible(wanted);
    if (state.header().features().dirty()) {
      start.ensure(disks);
    }
    start.settle(disks);
    Qcow2Header before = state.header();
    Qcow2Header after = wanted.in(before);
    if (after.geometry().version() == before.geometry().version()) {
      writeFlags(disks.file(), after);
    } else {
      requireNoFlags(disks.file());
      requireWholeSnapshots(disks.file());
      writeSector(disks.file(), after);
    }
    state.locked(
        () -> {
          state.header(after);
          return true;
        });
  }

  /// What is a flag in version 3 says nothing in version 2: with it a cluster would show something
  /// else in the other version.
  private void requireNoFlags(BlockIo file) {
    Geometry geometry = state.geometry;
    long[] l1 = state.l1.copy();
    for (int i = 0; i < l1.length; i++) {
      long table = L2Entry.offset(l1[i]);
      if (table != 0) {
        long[] entries = WordReader.read(file, table, geometry.l2Entries(), state.tableBuffers);
        for (int j = 0; j < entries.length; j++) {
          if ((entries[j] & L2Entry.COMPRESSED) == 0 && (entries[j] & L2Entry.ZERO) != 0) {
            long offset = ((long) i << geometry.l1CoverageBits()) + geometry.offsetOf(j);
            throw VersionChange.only3("a cluster of zeroes at offset " + offset + " of the disk");
          }
        }
      }
    }
  }

  private void requireWholeSnapshots(BlockIo file) {
    for (SnapshotTable.Snapshot snapshot : SnapshotTable.read(file, state.header()).snapshots()) {
      if (snapshot.diskBytes().isEmpty()) {
        throw new BlockException(
            BlockException.Kind.UNSUPPORTED,
            "the version cannot change: the internal snapshot '"
                + snapshot.shown().name()
                + "' does not say how long the disk was; delete it first");
      }
    }
  }

  private static void writeFlags(BlockIo file, Qcow2Header after) {
    if (after.geometry().version() >= 3) {
      after.writeFeatures(file);
      file.flush();
    }
  }

  private void writeSector(BlockIo file, Qcow2Header after) {
    byte[] sector = Arrays.copyOf(after.toBytes(), SECTOR);
    try (Arena arena = Arena.ofConfined()) {
      file.write(0, arena.allocateFrom(ValueLayout.JAVA_BYTE, sector));
      file.flush();
    } catch (BlockException e) {
      corruption.giveUp("the header could not be written, and may be of either version");
      throw e;
    }
  }
}
