package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.driver.qcow2.ClusterAllocator.Run;
import io.blockgraph.driver.qcow2.Settings.PassDiscard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// New tables for an image beside those in use, and one write of one sector that turns to all of
/// them at once. The caller has made sure that no request is under way.
///
///     1  everything is brought into the file
///     2  new L2 tables, L1 table, snapshot table         in free clusters: a leak, if it ends here
///     3  refcount blocks with the new counts, and a      the old ones count the new clusters too
///        refcount table that leads to them
///     4  flush; the header is turned to all of it        THE step
///     5  what held the old refcounts is given back       a leak, if it ends here
///
/// Flags of L2 entries and refcounts have to fit together at every moment; changed in place, one
/// would be in the file before the other. What the old tables hold is not touched until 5.
final class TableSwitch {
  private final ImageState state;
  private final Corruption corruption;
  private final ClusterAllocator allocator;
  private final WriteBack writeBack;
  private final TableChanges tables;
  private final Geometry geometry;
  private final Disks disks;
  private final List<Run> taken = new ArrayList<>();
  private final List<ByteRange> freed = new ArrayList<>();
  final CountChanges counts;

  /// What works on an image.
  record Tools(
      ImageState state,
      Corruption corruption,
      ClusterAllocator allocator,
      WriteBack writeBack,
      TableChanges tables) {}

  /// What the header shall say.
  ///
  /// @param l1 the active L1 table, written at `l1Offset`
  /// @param snapshotsOffset where the snapshot table was written
  /// @param snapshots its entries
  /// @param sizeBytes the length of the disk
  record Next(long[] l1, long l1Offset, long snapshotsOffset, int snapshots, long sizeBytes) {}

  TableSwitch(Tools tools, Disks disks) {
    this.state = tools.state;
    this.corruption = tools.corruption;
    this.allocator = tools.allocator;
    this.writeBack = tools.writeBack;
    this.tables = tools.tables;
    this.geometry = tools.state.geometry;
    this.disks = disks;
    this.counts = new CountChanges(geometry);
    writeBack.drain(disks);
  }

  /// Writes a new table; answers where.
  long write(long[] words) {
    Run run = take(Math.toIntExact(geometry.clustersFor(words.length * 8L)));
    TableWrite.writeAll(disks, TableWrite.split(run.offset(), words), state.tableBuffers);
    return run.offset();
  }

  private Run take(int clusters) {
    Run run = tables.withRoom(disks, () -> allocator.allocateExactly(disks, clusters));
    taken.add(run);
    return run;
  }

  /// How often a cluster will be used.
  long countOf(long cluster) {
    return state.refcounts.get(disks.file(), cluster) + counts.of(cluster);
  }

  /// The image keeps the tables it has.
  void abandon() {
    taken.forEach(run -> tables.giveBack(disks, run));
  }

  /// Turns the image to the new tables.
  ///
  /// @throws BlockException when nothing was turned; or the header may be the old or the new one,
  ///   and then the image takes no more writes
  void turn(Next next) {
    Map<Long, Long> moved = new TreeMap<>();
    for (long block : counts.blocks()) {
      requireBlock(block);
      moved.put(block, take(1).offset());
    }
    Run table = takeTable();
    writeBack.drain(disks);
    moved.forEach(this::writeBlock);
    long[] blocks = state.refcounts.blocks().copy();
    Map<Long, Long> before = new TreeMap<>();
    moved.forEach(
        (block, offset) -> before.put(block, replaced(blocks, Math.toIntExact(block), offset)));
    TableWrite.writeAll(disks, TableWrite.split(table.offset(), blocks), state.tableBuffers);
    disks.file().flush();
    Tables old = state.header().tables();
    Qcow2Header header = header(next, table);
    writeHeader(header);
    adopt(header, next.l1(), blocks);
    giveBack(before, old);
  }

  private static long replaced(long[] blocks, int index, long offset) {
    long before = blocks[index];
    blocks[index] = offset;
    return before;
  }

  private void requireBlock(long block) {
    if (state.locked(() -> state.refcounts.blocks().get(block)) == 0) {
      throw corruption.found(
          disks,
          "cluster "
              + (block << geometry.refcountBlockBits())
              + " or one behind it is used and has no refcount");
    }
  }

  /// Clusters for the refcount table, which may itself have grown for the sake of other new
  /// clusters.
  private Run takeTable() {
    while (true) {
      int clusters = state.header().tables().refcountTableClusters();
      Run run = take(clusters);
      if (state.header().tables().refcountTableClusters() == clusters) {
        return run;
      }
      taken.remove(run);
      tables.giveBack(disks, run);
    }
  }

  private void writeBlock(long block, long offset) {
    long[] words =
        WordReader.read(
            disks.file(),
            state.refcounts.blocks().get(block),
            geometry.clusterSize() / 8,
            state.tableBuffers);
    for (int i = 0; i < geometry.refcountBlockEntries(); i++) {
      long cluster = (block << geometry.refcountBlockBits()) + i;
      long change = counts.of(cluster);
      if (change != 0) {
        Refcounts.set(
            geometry, words, i, counted(cluster, Refcounts.get(geometry, words, i), change));
      }
    }
    TableWrite.writeAll(disks, TableWrite.split(offset, words), state.tableBuffers);
  }

  private long counted(long cluster, long before, long change) {
    long after = before + change;
    if (before == 0 || after < 0) {
      throw corruption.found(
          disks,
          "cluster " + cluster + " has refcount " + before + " and is used more often than that");
    }
    if (after > geometry.maxRefcount()) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "cluster "
              + cluster
              + " would be used "
              + after
              + " times; refcounts of "
              + geometry.refcountBits()
              + " bits count to "
              + geometry.maxRefcount());
    }
    if (after == 0) {
      free(geometry.offsetOf(cluster));
    }
    return after;
  }

  private void free(long offset) {
    int last = freed.size() - 1;
    if (last >= 0 && freed.get(last).end() == offset) {
      ByteRange grown =
          new ByteRange(
              freed.get(last).offset(), freed.get(last).length() + geometry.clusterSize());
      freed.set(last, grown);
    } else {
      freed.add(new ByteRange(offset, geometry.clusterSize()));
    }
  }

  private Qcow2Header header(Next next, Run table) {
    Tables turned =
        new Tables(
            next.l1Offset(),
            next.l1().length,
            table.offset(),
            table.clusters(),
            next.snapshotsOffset(),
            next.snapshots());
    return state.header().withTables(turned).withSize(next.sizeBytes());
  }

  /// When this fails nobody knows which header is in the file, and going on with either tables
  /// could lose what is written from now on.
  private void writeHeader(Qcow2Header header) {
    try {
      header.writeTables(disks.file());
      disks.file().flush();
    } catch (BlockException e) {
      state.corruption =
          "its header could not be written; the image has to be opened anew: " + e.getMessage();
      throw e;
    }
  }

  private void adopt(Qcow2Header header, long[] l1, long[] blocks) {
    taken.clear();
    state.locked(
        () -> {
          state.header(header);
          state.l1.replace(l1);
          state.l2.clear();
          state.refcounts.blocks().replace(blocks);
          state.refcounts.cache().clear();
          allocator.recount();
          return true;
        });
  }

  private void giveBack(Map<Long, Long> oldBlocks, Tables old) {
    state.locked(
        () -> {
          oldBlocks
              .values()
              .forEach(offset -> allocator.free(disks, geometry.clusterOf(offset), 1));
          allocator.free(
              disks, geometry.clusterOf(old.refcountTableOffset()), old.refcountTableClusters());
          return true;
        });
  }

  /// Discards in the file what nobody uses any more, where that is wanted; to be called before
  /// anybody can be given it.
  void discardFreed() {
    BlockIo file = disks.file();
    if (state.settings.passDiscard().contains(PassDiscard.SNAPSHOT)
        && file instanceof Discardable discardable) {
      for (ByteRange range : freed) {
        if (range.offset() < file.sizeBytes()) {
          discardable.discard(
              ByteRange.between(range.offset(), Math.min(range.end(), file.sizeBytes())));
        }
      }
    }
  }
}
