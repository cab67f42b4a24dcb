package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.qcow2.Mapping.Kind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds out where guest bytes are. Any thread; no lock is taken when the tables are in the cache.
final class ClusterMapping {
  private final ImageState state;
  private final Corruption corruption;
  private final Geometry geometry;
  private final boolean externalData;

  ClusterMapping(ImageState state, Corruption corruption) {
    this.state = state;
    this.corruption = corruption;
    this.geometry = state.geometry;
    this.externalData = state.header().features().dataFile();
  }

  /// The longest run of one kind from `offset` on, at most `length` bytes; data runs lie in one
  /// piece in the file.
  Mapping find(Disks disks, long offset, long length) {
    Mapping run = new Mapping();
    one(disks, offset, length, run);
    if (run.bytes == length || run.kind == Kind.COMPRESSED) {
      return run;
    }
    Mapping next = new Mapping();
    while (run.bytes < length) {
      one(disks, offset + run.bytes, length - run.bytes, next);
      if (!continues(run, next)) {
        break;
      }
      run.bytes += next.bytes;
    }
    return run;
  }

  private static boolean continues(Mapping run, Mapping next) {
    if (run.kind != next.kind) {
      return false;
    }
    return switch (run.kind) {
      case UNALLOCATED, ZERO -> true;
      case DATA, ZERO_ALLOCATED ->
          run.hostOffset + run.bytes == next.hostOffset && run.writable == next.writable;
      case COMPRESSED -> false;
    };
  }

  /// What one cluster, or the part of it in one state, is.
  void one(Disks disks, long offset, long length, Mapping out) {
    TableSlice slice = slice(disks, offset);
    if (slice == null) {
      long coverage = 1L << geometry.l1CoverageBits();
      out.kind = Kind.UNALLOCATED;
      out.entry = 0;
      out.bitmap = 0;
      out.writable = false;
      out.bytes = Math.min(length, coverage - (offset & (coverage - 1)));
      return;
    }
    int word = state.wordOf(geometry.clusterOf(offset));
    if (geometry.extendedL2()) {
      readPair(slice, word, out);
      extended(disks, offset, length, out);
    } else {
      out.entry = slice.get(word);
      out.bytes = Math.min(length, geometry.clusterSize() - geometry.within(offset));
      standard(disks, offset, out);
    }
  }

  /// The slice of the L2 table that describes `offset`; null when there is no table.
  @Nullable TableSlice slice(Disks disks, long offset) {
    BlockIo file = disks.file();
    long l1Entry = state.l1.get(offset >>> geometry.l1CoverageBits());
    if (L2Entry.offset(l1Entry) == 0) {
      return null;
    }
    if (geometry.within(L2Entry.offset(l1Entry)) != 0) {
      throw corruption.found(
          disks,
          "L1 entry "
              + (offset >>> geometry.l1CoverageBits())
              + " points to offset "
              + L2Entry.offset(l1Entry)
              + ", which is no cluster's");
    }
    return state.l2Slice(file, geometry.clusterOf(offset));
  }

  /// The entries of the guest clusters from `first` on, as far as all are compressed and one L2
  /// slice describes them, up to `last`. A mere look: what is wrong is found by who asks for it.
  long[] compressed(Disks disks, long first, long last) {
    TableSlice slice = first > last ? null : peek(disks, first);
    if (slice == null) {
      return new long[0];
    }
    long end = Math.min(last, first | ((1L << state.l2SliceBits()) - 1)) + 1;
    long[] entries = new long[(int) (end - first)];
    int count = 0;
    for (long c = first; c < end; c++) {
      long entry = slice.get(state.wordOf(c));
      if ((entry & L2Entry.COMPRESSED) == 0) {
        break;
      }
      entries[count++] = entry;
    }
    return Arrays.copyOf(entries, count);
  }

  private @Nullable TableSlice peek(Disks disks, long cluster) {
    long table = L2Entry.offset(state.l1.get(cluster >>> geometry.l2Bits()));
    boolean isThere = table != 0 && geometry.within(table) == 0;
    return isThere ? state.l2Slice(disks.file(), cluster) : null;
  }

  private static void readPair(TableSlice slice, int word, Mapping out) {
    int seen;
    do {
      seen = slice.versionNow();
      out.entry = slice.get(word);
      out.bitmap = slice.get(word + 1);
    } while (!slice.stillIs(seen));
  }

  private void standard(Disks disks, long offset, Mapping out) {
    long entry = out.entry;
    if ((entry & L2Entry.COMPRESSED) != 0) {
      out.kind = Kind.COMPRESSED;
      out.writable = false;
      return;
    }
    boolean zero = (entry & L2Entry.ZERO) != 0 && state.version() >= 3;
    if (!hasPlace(entry)) {
      out.kind = zero ? Kind.ZERO : Kind.UNALLOCATED;
      out.writable = false;
      return;
    }
    place(disks, offset, out);
    out.kind = zero ? Kind.ZERO_ALLOCATED : Kind.DATA;
  }

  private boolean hasPlace(long entry) {
    return L2Entry.offset(entry) != 0 || (externalData && (entry & L2Entry.COPIED) != 0);
  }

  private void place(Disks disks, long offset, Mapping out) {
    long cluster = L2Entry.offset(out.entry);
    if (geometry.within(cluster) != 0) {
      throw corruption.found(
          disks,
          "the L2 entry of guest offset "
              + geometry.down(offset)
              + " points to offset "
              + cluster
              + ", which is no cluster's");
    }
    out.hostOffset = cluster + geometry.within(offset);
    out.writable = externalData || (out.entry & L2Entry.COPIED) != 0;
  }

  private void extended(Disks disks, long offset, long length, Mapping out) {
    if ((out.entry & L2Entry.COMPRESSED) != 0) {
      out.kind = Kind.COMPRESSED;
      out.writable = false;
      out.bytes = Math.min(length, geometry.clusterSize() - geometry.within(offset));
      return;
    }
    long bits = out.bitmap;
    boolean placed = hasPlace(out.entry);
    if ((bits >>> 32 & bits) != 0
        || (out.entry & L2Entry.ZERO) != 0
        || (!placed && (int) bits != 0)) {
      throw corruption.found(
          disks,
          "the L2 entry of guest offset "
              + geometry.down(offset)
              + " contradicts its subcluster bitmap 0x"
              + Long.toHexString(bits));
    }
    int first = (int) (geometry.within(offset) >>> geometry.subclusterBits());
    int state0 = stateOf(bits, first);
    int end = first + 1;
    while (end < Geometry.SUBCLUSTERS && stateOf(bits, end) == state0) {
      end++;
    }
    long runEnd = (long) end << geometry.subclusterBits();
    out.bytes = Math.min(length, runEnd - geometry.within(offset));
    out.writable = false;
    if (placed) {
      place(disks, offset, out);
    }
    out.kind =
        switch (state0) {
          case 1 -> Kind.DATA;
          case 2 -> placed ? Kind.ZERO_ALLOCATED : Kind.ZERO;
          default -> Kind.UNALLOCATED;
        };
  }

  /// 0 unallocated, 1 allocated, 2 zero.
  private static int stateOf(long bits, int subcluster) {
    return (int) (bits >>> subcluster & 1) | (int) (bits >>> (subcluster + 32) & 1) << 1;
  }
}
