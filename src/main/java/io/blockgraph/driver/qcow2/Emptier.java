package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.driver.qcow2.ClusterAllocator.Run;
import io.blockgraph.driver.qcow2.Settings.PassDiscard;

/// Drops everything the active disk holds, in one step of the file. The caller has made sure that no
/// request is under way.
///
///     1  everything is brought into the file          the old content is durable
///     2  a second L1 table, all zero, is written      a leak, if it ends here
///     3  the header is turned to it, in one sector    THE step: the disk is empty
///     4  what the old tables used is given back       a leak, if it ends here
///
/// Internal snapshots keep what they share.
final class Emptier {
  private final ImageState state;
  private final ClusterAllocator allocator;
  private final WriteBack writeBack;
  private final TableChanges tables;
  private final Geometry geometry;

  Emptier(ImageState state, ClusterAllocator allocator, WriteBack writeBack, TableChanges tables) {
    this.state = state;
    this.allocator = allocator;
    this.writeBack = writeBack;
    this.tables = tables;
    this.geometry = state.geometry;
  }

  void makeEmpty(Disks disks) {
    if (state.header().features().dataFile()) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "the image keeps its data in an external data file, which cannot be emptied in one step");
    }
    writeBack.drain(disks);
    long[] old = state.l1.copy();
    if (holdsNothing(old)) {
      return;
    }
    turnTo(disks, emptyTable(disks, old.length));
    for (long entry : old) {
      giveBack(disks, L2Entry.offset(entry));
    }
    writeBack.drain(disks);
  }

  private static boolean holdsNothing(long[] l1) {
    for (long entry : l1) {
      if (L2Entry.offset(entry) != 0) {
        return false;
      }
    }
    return true;
  }

  /// A zero L1 table in clusters of its own that count as used. Only its entries are written: on a
  /// full file system even the rest of a cluster may be too much, and nobody reads it.
  private Run emptyTable(Disks disks, int entries) {
    int clusters = Math.toIntExact(geometry.clustersFor(entries * 8L));
    Run run = tables.withRoom(disks, () -> allocator.allocateExactly(disks, clusters));
    try {
      TableWrite.writeAll(
          disks, TableWrite.split(run.offset(), new long[entries]), state.tableBuffers);
      writeBack.drain(disks);
      disks.file().flush();
    } catch (BlockException e) {
      tables.giveBack(disks, run);
      throw e;
    }
    return run;
  }

  private void turnTo(Disks disks, Run run) {
    Tables old = state.header().tables();
    Qcow2Header header = state.header().withTables(old.withL1(run.offset(), old.l1Entries()));
    header.writeL1(disks.file());
    disks.file().flush();
    state.locked(
        () -> {
          state.header(header);
          state.l1.replace(new long[old.l1Entries()]);
          state.l2.clear();
          state.map.add(geometry.clusterOf(run.offset()), run.clusters(), MetadataMap.ACTIVE_L1);
          allocator.free(
              disks,
              geometry.clusterOf(old.l1Offset()),
              geometry.clustersFor(old.l1Entries() * 8L));
          return true;
        });
  }

  /// Gives back an L2 table that nothing in the file points to any more, and what it used.
  private void giveBack(Disks disks, long table) {
    if (table == 0) {
      return;
    }
    int step = geometry.l2EntryBytes() / 8;
    long[] words =
        WordReader.read(disks.file(), table, geometry.clusterSize() / 8, state.tableBuffers);
    state.locked(
        () -> {
          for (int i = 0; i < words.length; i += step) {
            tables.unuse(disks, words[i], PassDiscard.REQUEST);
          }
          state.frees.add(geometry.clusterOf(table), 1, PassDiscard.REQUEST);
          return true;
        });
    writeBack.relieve(disks);
  }
}
