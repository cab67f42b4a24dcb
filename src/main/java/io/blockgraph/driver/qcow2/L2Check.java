package io.blockgraph.driver.qcow2;

import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.function.Supplier;

/// Checks L2 tables: every entry, and what it references. One thread.
final class L2Check {
  private static final long RESERVED = 0x3f00_0000_0000_01feL;

  private final Geometry geometry;
  private final boolean dataFile;
  private final TableReader reader;
  private final References references;
  private final StoredRefcounts stored;
  private final CheckLog log;
  private final MemorySegment buffer;

  private long allocated;
  private long compressed;
  private long fragmented;
  private long expectedOffset;

  L2Check(
      Qcow2Header header,
      TableReader reader,
      References references,
      StoredRefcounts stored,
      CheckLog log) {
    this.geometry = header.geometry();
    this.dataFile = header.features().dataFile();
    this.reader = reader;
    this.references = references;
    this.stored = stored;
    this.log = log;
    this.buffer = reader.buffer(geometry.clusterSize());
  }

  /// An entry in its place.
  ///
  /// @param table the table it stands in
  /// @param index its number in there
  /// @param word its first 64 bits
  /// @param bitmap its second 64 bits; 0 where entries have only one word
  private record Entry(L2Tables.Table table, int index, long word, long bitmap) {}

  /// Checks one table, which lies on a cluster's offset within the file.
  void table(L2Tables.Table table) {
    reader.read(table.offset(), buffer);
    expectedOffset = 0;
    for (int i = 0; i < geometry.l2Entries(); i++) {
      long at = (long) i * geometry.l2EntryBytes();
      long word = BigEndian.getLong(buffer, at);
      long bitmap = geometry.extendedL2() ? BigEndian.getLong(buffer, at + 8) : 0;
      if (word != 0 || bitmap != 0) {
        entry(new Entry(table, i, word, bitmap));
      }
    }
  }

  /// Counts over the active disk; `total` and the end of the image are not known here.
  CheckResult.Clusters clusters() {
    return new CheckResult.Clusters(0, allocated, compressed, fragmented, 0);
  }

  private void entry(Entry entry) {
    if ((entry.word & L2Entry.COMPRESSED) != 0) {
      compressed(entry);
      return;
    }
    if ((entry.word & RESERVED) != 0) {
      bad(entry, () -> "has reserved bits set");
    }
    boolean plainZero = !geometry.extendedL2() && (entry.word & L2Entry.ZERO) != 0;
    boolean hasOffset = L2Entry.offset(entry.word) != 0;
    boolean atZeroInDataFile = dataFile && !plainZero && (entry.word & L2Entry.COPIED) != 0;
    if (hasOffset || atZeroInDataFile) {
      allocated(entry, plainZero);
    } else if ((entry.bitmap & L2Entry.ALL_ALLOCATED) != 0) {
      bad(entry, () -> "has no cluster and says that subclusters are allocated");
    }
  }

  private void compressed(Entry entry) {
    if ((entry.word & L2Entry.COPIED) != 0) {
      bad(entry, () -> "is compressed and has the COPIED flag");
    }
    if (dataFile) {
      bad(entry, () -> "is compressed in an image with an external data file");
      return;
    }
    if (entry.bitmap != 0) {
      bad(entry, () -> "is compressed and has a subcluster bitmap");
      return;
    }
    long word = entry.word & ~L2Entry.COPIED;
    references.add(
        L2Entry.compressedOffset(word, geometry.clusterBits()),
        L2Entry.compressedBytes(word, geometry.clusterBits()),
        entry.table.references(),
        () -> "the compressed data of " + name(entry));
    int times = entry.table.active();
    allocated += times;
    compressed += times;
    fragmented += times;
  }

  private void allocated(Entry entry, boolean plainZero) {
    long offset = L2Entry.offset(entry.word);
    if ((entry.bitmap >>> 32 & entry.bitmap) != 0) {
      bad(entry, () -> "says of a subcluster that it is allocated and zero at once");
    }
    if (geometry.within(offset) != 0) {
      String what = plainZero ? "preallocated cluster" : "data cluster";
      bad(entry, () -> "points to a " + what + " at " + offset + ", not a cluster's offset");
    }
    place(entry, offset);
    if (entry.table.active() > 0) {
      copiedFlag(entry, offset);
    }
  }

  private void place(Entry entry, long offset) {
    int times = entry.table.active();
    if (times > 0) {
      allocated += times;
      if (expectedOffset != 0 && offset != expectedOffset) {
        fragmented += times;
      }
      expectedOffset = offset + geometry.clusterSize();
    }
    if (!dataFile) {
      references.add(
          offset,
          geometry.clusterSize(),
          entry.table.references(),
          () -> "the cluster of " + name(entry));
    }
  }

  private void copiedFlag(Entry entry, long offset) {
    long refcount = dataFile ? 1 : stored.get(geometry.clusterOf(offset));
    boolean copied = (entry.word & L2Entry.COPIED) != 0;
    if (refcount != StoredRefcounts.UNKNOWN && copied != (refcount == 1)) {
      log.corruptions(
          entry.table.active(),
          place(entry),
          guest(entry),
          () ->
              name(entry)
                  + (copied ? " has" : " lacks")
                  + " the COPIED flag; the refcount of its cluster is "
                  + refcount);
    }
  }

  private void bad(Entry entry, Supplier<String> what) {
    log.corruptions(
        entry.table.references(),
        place(entry),
        guest(entry),
        () -> name(entry) + " is 0x" + Long.toHexString(entry.word) + ": it " + what.get());
  }

  private String name(Entry entry) {
    return "entry " + entry.index + " of the L2 table at " + entry.table.offset();
  }

  private long place(Entry entry) {
    return entry.table.offset() + (long) entry.index * geometry.l2EntryBytes();
  }

  private OptionalLong guest(Entry entry) {
    return OptionalLong.of(
        ((long) entry.table.l1Index() << geometry.l1CoverageBits())
            + ((long) entry.index << geometry.clusterBits()));
  }
}
