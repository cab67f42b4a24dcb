package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.InternalSnapshot;
import io.blockgraph.block.InternalSnapshots.Apply;
import io.blockgraph.block.InternalSnapshots.Delete;
import io.blockgraph.block.InternalSnapshots.SnapshotChange;
import io.blockgraph.block.InternalSnapshots.Take;
import io.blockgraph.driver.qcow2.SnapshotTable.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Takes, applies and deletes internal snapshots. The caller has made sure that no request is under
/// way.
///
/// A snapshot keeps the tables that were active; the disk goes on with copies of them, in which no
/// cluster belongs to it alone. Each change is one [TableSwitch].
final class SnapshotChanges {
  private static final int MAX_NEW_NAME_BYTES = 255;

  private final ImageState state;
  private final Corruption corruption;
  private final TableSwitch.Tools tools;
  private final WriteStart start;
  private final Geometry geometry;
  private volatile @Nullable SnapshotTable known;

  SnapshotChanges(TableSwitch.Tools tools, WriteStart start) {
    this.tools = tools;
    this.state = tools.state();
    this.corruption = tools.corruption();
    this.start = start;
    this.geometry = state.geometry;
  }

  /// The snapshots as they are; read once.
  SnapshotTable table(Disks disks) {
    SnapshotTable seen = known;
    return seen == null ? read(disks) : seen;
  }

  private synchronized SnapshotTable read(Disks disks) {
    SnapshotTable seen = known;
    if (seen == null) {
      seen = SnapshotTable.read(disks.file(), state.header());
      known = seen;
    }
    return seen;
  }

  /// The snapshot with this id.
  ///
  /// @throws BlockException INVALID
  Snapshot find(Disks disks, String id) {
    return table(disks)
        .find(id)
        .orElseThrow(
            () ->
                new BlockException(Kind.INVALID, "the image has no snapshot with id '" + id + "'"));
  }

  /// Finds out whether a change can be made at all.
  ///
  /// @throws BlockException UNSUPPORTED, INVALID
  void requirePossible(Disks disks, SnapshotChange change) {
    if (state.header().features().dataFile()) {
      throw unsupported("an image with an external data file has no internal snapshots");
    }
    switch (change) {
      case Take take -> requireTakeable(disks, take.name());
      case Apply apply -> requireApplicable(find(disks, apply.id()));
      case Delete delete -> find(disks, delete.id());
    }
  }

  private void requireTakeable(Disks disks, String name) {
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MAX_NEW_NAME_BYTES) {
      throw new BlockException(
          Kind.INVALID,
          "the name of a snapshot has 1 to " + MAX_NEW_NAME_BYTES + " bytes, not " + bytes);
    }
    if (geometry.maxRefcount() < 2) {
      throw unsupported(
          "refcounts of one bit cannot count a cluster that the disk and a snapshot share");
    }
    if (table(disks).snapshots().size() >= Limits.MAX_SNAPSHOTS) {
      throw unsupported("the image has " + Limits.MAX_SNAPSHOTS + " snapshots, the most there are");
    }
  }

  /// Bitmaps say what was written; they would not know of this.
  private void requireApplicable(Snapshot snapshot) {
    if (state.header().bitmaps().isPresent()) {
      throw unsupported(
          "the image holds dirty bitmaps, which cannot tell what applying a snapshot changes;"
              + " remove them first");
    }
    long entries = geometry.l1EntriesFor(sizeOf(snapshot));
    if (entries > Limits.MAX_L1_BYTES / 8) {
      throw BadImage.field(
          "snapshot disk_size",
          snapshot.l1Offset(),
          sizeOf(snapshot),
          "more than an image can have");
    }
  }

  private static BlockException unsupported(String why) {
    return new BlockException(Kind.UNSUPPORTED, why);
  }

  /// The length of the disk then; where the image does not tell, the disk was never resized since.
  long sizeOf(Snapshot snapshot) {
    return snapshot.diskBytes().orElse(state.sizeBytes());
  }

  /// Makes a change, all or nothing.
  void make(Disks disks, SnapshotChange change) {
    requirePossible(disks, change);
    TableSwitch next = new TableSwitch(tools, disks);
    try {
      switch (change) {
        case Take take -> take(disks, next, take);
        case Apply apply -> apply(disks, next, find(disks, apply.id()));
        case Delete delete -> delete(disks, next, find(disks, delete.id()));
      }
    } catch (BlockException e) {
      if (state.corruption == null) {
        next.abandon();
      }
      throw e;
    }
    start.noteMetadata(disks, table(disks));
    next.discardFreed();
    tools.writeBack().drain(disks);
  }

  private void take(Disks disks, TableSwitch next, Take take) {
    Tables old = state.header().tables();
    long[] l1 = copies(disks, next, state.l1.copy());
    InternalSnapshot shown =
        new InternalSnapshot(
            table(disks).nextId(),
            take.name(),
            take.at(),
            OptionalLong.of(state.sizeBytes()),
            InternalSnapshot.VmState.NONE);
    SnapshotTable snapshots =
        table(disks).with(SnapshotTable.entry(shown, old.l1Offset(), old.l1Entries()));
    turn(next, new Turned(l1, snapshots, state.sizeBytes()));
  }

  private void apply(Disks disks, TableSwitch next, Snapshot snapshot) {
    Tables old = state.header().tables();
    for (long entry : state.l1.copy()) {
      unuse(disks, next, L2Entry.offset(entry));
    }
    next.counts.unuse(old.l1Offset(), old.l1Entries() * 8L);
    long size = sizeOf(snapshot);
    long[] stored = l1(disks, snapshot);
    long[] wanted = new long[(int) Math.max(old.l1Entries(), geometry.l1EntriesFor(size))];
    System.arraycopy(
        stored, 0, wanted, 0, (int) Math.min(stored.length, geometry.l1EntriesFor(size)));
    turn(next, new Turned(copies(disks, next, wanted), table(disks), size));
  }

  private void delete(Disks disks, TableSwitch next, Snapshot snapshot) {
    for (long entry : l1(disks, snapshot)) {
      unuse(disks, next, L2Entry.offset(entry));
    }
    next.counts.unuse(snapshot.l1Offset(), snapshot.l1Entries() * 8L);
    long[] l1 = state.l1.copy();
    for (int i = 0; i < l1.length; i++) {
      l1[i] = flagged(disks, next, l1[i]);
    }
    Tables old = state.header().tables();
    next.counts.unuse(old.l1Offset(), old.l1Entries() * 8L);
    turn(next, new Turned(l1, table(disks).without(snapshot), state.sizeBytes()));
  }

  /// What a change comes to.
  private record Turned(long[] l1, SnapshotTable snapshots, long sizeBytes) {}

  private void turn(TableSwitch next, Turned to) {
    Tables old = state.header().tables();
    long l1Offset = to.l1.length == 0 ? 0 : next.write(to.l1);
    boolean same = to.snapshots.equals(known);
    long tableOffset = old.snapshotsOffset();
    if (!same) {
      tableOffset = to.snapshots.snapshots().isEmpty() ? 0 : next.write(to.snapshots.words());
      if (old.snapshots() > 0 && known != null) {
        next.counts.unuse(old.snapshotsOffset(), known.bytes());
      }
    }
    next.turn(
        new TableSwitch.Next(
            to.l1, l1Offset, tableOffset, to.snapshots.snapshots().size(), to.sizeBytes));
    known = to.snapshots;
  }

  private long[] l1(Disks disks, Snapshot snapshot) {
    return WordReader.read(
        disks.file(), snapshot.l1Offset(), snapshot.l1Entries(), state.tableBuffers);
  }

  private long[] l2(Disks disks, long table) {
    if (geometry.within(table) != 0) {
      throw corruption.found(
          disks, "an L1 entry points to offset " + table + ", which is no cluster's");
    }
    return WordReader.read(disks.file(), table, geometry.clusterSize() / 8, state.tableBuffers);
  }

  private int step() {
    return geometry.l2EntryBytes() / 8;
  }

  /// Copies of the L2 tables that an L1 table leads to; what they point to is used once more, and
  /// belongs to nobody alone.
  private long[] copies(Disks disks, TableSwitch next, long[] l1) {
    long[] copies = new long[l1.length];
    for (int i = 0; i < l1.length; i++) {
      long table = L2Entry.offset(l1[i]);
      if (table != 0) {
        long[] words = l2(disks, table);
        for (int w = 0; w < words.length; w += step()) {
          words[w] &= (words[w] & L2Entry.COMPRESSED) != 0 ? -1 : ~L2Entry.COPIED;
          next.counts.use(words[w]);
        }
        copies[i] = next.write(words) | L2Entry.COPIED;
      }
    }
    return copies;
  }

  /// An L2 table and what it points to is used once less.
  private void unuse(Disks disks, TableSwitch next, long table) {
    if (table == 0) {
      return;
    }
    long[] words = l2(disks, table);
    for (int w = 0; w < words.length; w += step()) {
      next.counts.unuse(words[w]);
    }
    next.counts.unuse(table, geometry.clusterSize());
  }

  /// The L1 entry of a table of the disk, in which those clusters are flagged that will belong to
  /// the disk alone. A table in which a flag is wrong is written anew.
  private long flagged(Disks disks, TableSwitch next, long entry) {
    long table = L2Entry.offset(entry);
    if (table == 0) {
      return entry;
    }
    long[] words = l2(disks, table);
    boolean changed =
        state.locked(
            () -> {
              boolean any = false;
              for (int w = 0; w < words.length; w += step()) {
                long wanted = flagged(next, words[w]);
                any |= wanted != words[w];
                words[w] = wanted;
              }
              return any;
            });
    if (changed) {
      next.counts.unuse(table, geometry.clusterSize());
      return next.write(words) | L2Entry.COPIED;
    }
    return state.locked(() -> flagged(next, entry));
  }

  private long flagged(TableSwitch next, long entry) {
    if ((entry & L2Entry.COMPRESSED) != 0 || L2Entry.offset(entry) == 0) {
      return entry;
    }
    boolean alone = next.countOf(geometry.clusterOf(L2Entry.offset(entry))) == 1;
    return alone ? entry | L2Entry.COPIED : entry & ~L2Entry.COPIED;
  }
}
