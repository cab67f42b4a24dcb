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
  private final WriteBack writeBack;
  private final StoredBitmaps bitmaps;

  Amender(
      ImageState state,
      Corruption corruption,
      WriteStart start,
      WriteBack writeBack,
      StoredBitmaps bitmaps) {
    this.state = state;
    this.corruption = corruption;
    this.start = start;
    this.writeBack = writeBack;
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

  /// Brings the image into order as far as that goes while it is used, and begins to look for what
  /// another version would show in another way.
  ///
  /// @throws BlockException as [#requirePossible]
  ZeroFlagSearch begin(Disks disks, AmendOptions wanted) {
    requirePossible(wanted);
    repair(disks);
    ZeroFlagSearch search = new ZeroFlagSearch(state);
    if (state.writing) {
      writeBack.flush(disks);
    }
    return search;
  }

  /// Looks at a part of the image while it is used; false when there is no more to be looked at.
  ///
  /// @throws BlockException UNSUPPORTED when a cluster speaks against it
  boolean advance(Disks disks, AmendOptions wanted, ZeroFlagSearch search) {
    return changesVersion(wanted) && search.advance(disks.file());
  }

  private boolean changesVersion(AmendOptions wanted) {
    return wanted.in(state.header()).geometry().version() != state.version();
  }

  private void repair(Disks disks) {
    if (state.header().features().dirty()) {
      start.ensure(disks);
    }
  }

  /// Does it. Only when no request is under way.
  ///
  /// @param search what is left of it is done
  /// @throws BlockException as [#requirePossible], and UNSUPPORTED when a cluster speaks against it
  void amend(Disks disks, AmendOptions wanted, ZeroFlagSearch search) {
    requirePossible(wanted);
    repair(disks);
    start.settle(disks);
    Qcow2Header before = state.header();
    Qcow2Header after = wanted.in(before);
    if (after.geometry().version() == before.geometry().version()) {
      writeFlags(disks.file(), after);
    } else {
      ofThisImage(search).finish(disks.file());
      requireWholeSnapshots(disks.file());
      writeSector(disks.file(), after);
    }
    state.locked(
        () -> {
          state.header(after);
          return true;
        });
  }

  /// Who gave the image out of hand and took it back has opened it anew: others may have written.
  private ZeroFlagSearch ofThisImage(ZeroFlagSearch search) {
    return search.isOf(state) ? search : new ZeroFlagSearch(state);
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
