package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.qcow2.ClusterAllocator.Run;
import io.blockgraph.driver.qcow2.Mapping.Kind;
import io.blockgraph.driver.qcow2.Settings.PassDiscard;

/// Zeroes and discards by changing tables; only what is no whole (sub)cluster is written. The
/// caller has entered an epoch.
final class ZeroAndDiscard {
  /// So many clusters at most are changed with the metadata lock held.
  private static final long MAX_CLUSTERS = 512;

  /// What is asked for.
  private enum Wish {
    /// Zeroes; places may be given up.
    ZERO,
    /// Zeroes that the tables name, also where nothing would be read as zeroes; places may be given
    /// up.
    ZERO_OPAQUE,
    /// Zeroes; places stay or are taken.
    ZERO_KEEPING,
    /// A hint that the bytes are not needed.
    DISCARD
  }

  private final ImageState state;
  private final ClusterMapping mapping;
  private final WritePath writes;
  private final TableChanges tables;
  private final Geometry geometry;

  ZeroAndDiscard(ImageState state, ClusterMapping mapping, WritePath writes, TableChanges tables) {
    this.state = state;
    this.mapping = mapping;
    this.writes = writes;
    this.tables = tables;
    this.geometry = state.geometry;
  }

  /// Makes a range read as zeroes.
  void zero(Disks disks, ByteRange range, Zeroable.Mode mode) {
    if (state.header().features().rawDataFile()) {
      zeroRaw(disks, range, mode);
      return;
    }
    ByteRange body = wholeUnits(range);
    boolean byTables = mode == Zeroable.Mode.OPAQUE ? state.version() >= 3 : canMap(disks);
    boolean unaligned = body.offset() != range.offset() || body.end() < range.end();
    if (mode == Zeroable.Mode.FAST_ONLY && (!byTables || unaligned)) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED,
          "zeroing offset "
              + range.offset()
              + ", length "
              + range.length()
              + " needs writing: "
              + (byTables ? "it is not whole clusters" : "version 2 with a backing file"));
    }
    if (body.isEmpty() || !byTables) {
      writeZeroes(disks, range.offset(), range.end(), mode);
      return;
    }
    writeZeroes(disks, range.offset(), body.offset(), mode);
    if (mode != Zeroable.Mode.KEEP_ALLOCATED) {
      map(disks, body, mode == Zeroable.Mode.OPAQUE ? Wish.ZERO_OPAQUE : Wish.ZERO);
    } else if (state.version() >= 3) {
      map(disks, body, Wish.ZERO_KEEPING);
    } else {
      writeZeroes(disks, body.offset(), Math.min(body.end(), range.end()), mode);
    }
    writeZeroes(disks, body.end(), range.end(), mode);
  }

  /// Gives up the places of whole (sub)clusters; the rest is left as it is.
  void discard(Disks disks, ByteRange range) {
    if (state.header().features().rawDataFile()) {
      if (disks.dataFile() instanceof Discardable below) {
        below.discard(range);
      }
      return;
    }
    ByteRange body = wholeUnits(range);
    if (!body.isEmpty() && canMap(disks)) {
      map(disks, body, Wish.DISCARD);
    }
  }

  /// Whether tables can say "zero": always in version 3, and in version 2 where "unallocated" means
  /// it.
  private boolean canMap(Disks disks) {
    return state.version() >= 3
        || (disks.backing() == null && state.header().trailer().backingName().isEmpty());
  }

  /// The whole units within a range; the disk's last one is whole however long it is.
  private ByteRange wholeUnits(ByteRange range) {
    long unit = geometry.subclusterSize();
    long start = Math.addExact(range.offset(), unit - 1) & -unit;
    long end = range.end() == state.sizeBytes() ? geometry.up(range.end()) : range.end() & -unit;
    return new ByteRange(start, Math.max(0, end - start));
  }

  /// Writes zeroes where something else is to be read.
  private void writeZeroes(Disks disks, long from, long to, Zeroable.Mode mode) {
    for (long at = from; at < to; ) {
      Mapping run = mapping.find(disks, at, to - at);
      if (!ReadPath.isZero(disks, at, run) || !suits(run.kind, mode)) {
        writes.writeZeroes(disks, at, run.bytes);
      }
      at += run.bytes;
    }
  }

  /// Whether zeroes of this kind are what the mode asks for.
  private static boolean suits(Kind kind, Zeroable.Mode mode) {
    return switch (mode) {
      case MAY_UNMAP, FAST_ONLY -> true;
      case OPAQUE -> kind != Kind.UNALLOCATED;
      case KEEP_ALLOCATED -> kind == Kind.ZERO_ALLOCATED;
    };
  }

  /// In a raw data file the zeroes must be in the file itself, at the guest's own offset. Opaque
  /// ones have to be in the tables as well, so they are written.
  private void zeroRaw(Disks disks, ByteRange range, Zeroable.Mode mode) {
    if (mode != Zeroable.Mode.OPAQUE
        && disks.data() instanceof Zeroable below
        && range.end() <= disks.data().sizeBytes()) {
      below.zero(range, mode);
    } else if (mode == Zeroable.Mode.FAST_ONLY) {
      throw new BlockException(
          BlockException.Kind.UNSUPPORTED, "the raw data file cannot be zeroed but by writing");
    } else {
      writeZeroes(disks, range.offset(), range.end(), mode);
    }
  }

  private void map(Disks disks, ByteRange body, Wish wish) {
    long at = body.offset();
    while (at < body.end()) {
      Mapping run = mapping.find(disks, at, body.end() - at);
      if (isEnough(disks, at, run.kind, wish)) {
        at += run.bytes;
      } else if (isMappable(at, body.end(), run, wish)) {
        at = mapSome(disks, at, body.end(), wish);
      } else {
        at = writePart(disks, at, body.end(), wish);
      }
    }
  }

  /// Whether what is there needs no change.
  private static boolean isEnough(Disks disks, long at, Kind kind, Wish wish) {
    boolean nowhere = kind == Kind.UNALLOCATED && at >= disks.backingBytes();
    return switch (wish) {
      case ZERO, DISCARD -> kind == Kind.ZERO || nowhere;
      case ZERO_OPAQUE -> kind == Kind.ZERO;
      case ZERO_KEEPING -> false;
    };
  }

  /// Whether tables can say it: not for a part of a compressed cluster, nor that a part without a
  /// place keeps it.
  private boolean isMappable(long at, long end, Mapping run, Wish wish) {
    if (geometry.within(at) == 0 && end - at >= geometry.clusterSize()) {
      return true;
    }
    return run.kind != Kind.COMPRESSED
        && (wish != Wish.ZERO_KEEPING || tables.hasWritablePlace(run.entry));
  }

  /// Does by writing what tables cannot say of a part of a cluster.
  private long writePart(Disks disks, long at, long to, Wish wish) {
    long end = Math.min(to, geometry.down(at) + geometry.clusterSize());
    if (wish != Wish.DISCARD) {
      writes.writeZeroes(disks, at, shownUpTo(at, end) - at);
    }
    return end;
  }

  /// Up to where zeroes are needed: to the end of the disk, but if it is what lies behind its end
  /// that is zeroed, before the disk grows.
  private long shownUpTo(long at, long end) {
    long size = state.sizeBytes();
    return at < size ? Math.min(end, size) : end;
  }

  /// Changes the entries of some clusters of one L2 table; answers where to go on.
  private long mapSome(Disks disks, long from, long to, Wish wish) {
    long first = geometry.clusterOf(from);
    long last =
        Math.min(
            Math.min(geometry.clusterOf(to - 1), first + MAX_CLUSTERS - 1),
            first | (geometry.l2Entries() - 1L));
    long end = Math.min(to, geometry.offsetOf(last + 1));
    try (InFlightClusters.Claim _ = state.inFlight.claim(first, last)) {
      tables.makeTable(disks, first);
      for (long c = first; c <= last; c++) {
        long start = Math.max(from, geometry.offsetOf(c));
        long stop = Math.min(end, geometry.offsetOf(c + 1));
        if (!mapCluster(disks, new ByteRange(start, stop - start), wish)) {
          return start;
        }
      }
    }
    return end;
  }

  /// Answers false when tables cannot say it for this part.
  private boolean mapCluster(Disks disks, ByteRange part, Wish wish) {
    Mapping now = new Mapping();
    mapping.one(disks, part.offset(), part.length(), now);
    if (!isMappable(part.offset(), part.end(), now, wish)) {
      return false;
    }
    if (wish == Wish.ZERO_KEEPING) {
      keep(disks, part, now);
    } else {
      giveUp(disks, part, now);
    }
    return true;
  }

  private void giveUp(Disks disks, ByteRange part, Mapping now) {
    long cluster = geometry.clusterOf(part.offset());
    state.locked(
        () -> {
          TableSlice slice = tables.slice(disks, cluster);
          if (!geometry.extendedL2()) {
            tables.set(slice, cluster, state.version() >= 3 ? L2Entry.ZERO : 0, 0);
            tables.unuse(disks, now.entry, PassDiscard.REQUEST);
            return true;
          }
          long mask = mask(part);
          long bits = (now.bitmap & ~mask) | mask << 32;
          boolean all = bits == L2Entry.ALL_ZERO;
          tables.set(slice, cluster, all ? 0 : now.entry, bits);
          if (all) {
            tables.unuse(disks, now.entry, PassDiscard.REQUEST);
          }
          return true;
        });
    if (disks.dataFile() instanceof Discardable below
        && (now.kind == Kind.DATA || now.kind == Kind.ZERO_ALLOCATED)
        && state.settings.passDiscard().contains(PassDiscard.REQUEST)) {
      below.discard(part.intersect(new ByteRange(0, disks.data().sizeBytes())));
    }
  }

  private long mask(ByteRange part) {
    long within = geometry.within(part.offset());
    int first = (int) (within >>> geometry.subclusterBits());
    int last = (int) ((within + part.length() - 1) >>> geometry.subclusterBits());
    return L2Entry.subclusters(first, last);
  }

  /// Marks as zero what has a place of its own, and takes a place for what has none.
  private void keep(Disks disks, ByteRange part, Mapping now) {
    long cluster = geometry.clusterOf(part.offset());
    if (tables.hasWritablePlace(now.entry)) {
      state.locked(
          () -> {
            long mask = geometry.extendedL2() ? mask(part) : 0;
            long bits = (now.bitmap & ~mask) | mask << 32;
            long flag = geometry.extendedL2() ? 0 : L2Entry.ZERO;
            tables.set(tables.slice(disks, cluster), cluster, now.entry | flag, bits);
            return true;
          });
      return;
    }
    Run run = tables.withRoom(disks, () -> tables.take(disks, cluster, 1));
    try {
      reserve(disks, run);
    } catch (BlockException e) {
      tables.giveBack(disks, run);
      throw e;
    }
    state.locked(
        () -> {
          long flag = geometry.extendedL2() ? 0 : L2Entry.ZERO;
          tables.set(
              tables.slice(disks, cluster),
              cluster,
              run.offset() | L2Entry.COPIED | flag,
              L2Entry.ALL_ZERO);
          tables.unuse(disks, now.entry, PassDiscard.REQUEST);
          return true;
        });
  }

  /// Has storage behind a place, so that writing there later cannot run out of space.
  private void reserve(Disks disks, Run run) {
    long end = run.offset() + geometry.clusterSize();
    disks.reach(disks.data(), end);
    if (disks.data() instanceof Zeroable below) {
      below.zero(new ByteRange(run.offset(), geometry.clusterSize()), Zeroable.Mode.KEEP_ALLOCATED);
    }
  }
}
