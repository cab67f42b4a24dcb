package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.qcow2.RefcountComparison.Differences;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Gives back the space of clusters that are counted and not used, as a crash leaves them.
///
/// Only images without any corruption are touched, and only refcounts that are too high and COPIED
/// flags that are missing then. A crash meanwhile leaves an image whose data is whole and that can
/// be repaired again. Refcounts that are too low come with the dirty flag; the first write rebuilds
/// those.
///
/// Nobody may use the image meanwhile. Any thread; one use per repair.
public final class Qcow2Repair {
  private final BlockIo file;
  private final Qcow2Header header;
  private final Geometry geometry;
  private final ReferenceWalk walk;

  private Qcow2Repair(BlockIo file, Qcow2Header header, TableReader reader) {
    this.file = file;
    this.header = header;
    this.geometry = header.geometry();
    this.walk = new ReferenceWalk(header, reader, CheckLimits.DEFAULT, new CheckLog(0));
  }

  /// Repairs all leaks and returns how many there were; durable afterwards.
  ///
  /// @throws BlockException CORRUPT when there is more than leaks, and then nothing was written;
  ///   BAD_IMAGE or what went wrong below
  public static long leaks(BlockIo file) {
    CheckResult found = Qcow2Checker.check(file);
    Qcow2Header header = Qcow2Header.read(file);
    if (found.corruptions() > 0 || found.checkErrors() > 0 || header.features().dirty()) {
      throw new BlockException(
          BlockException.Kind.CORRUPT,
          "only leaks can be repaired; the image has "
              + found.corruptions()
              + " corruptions and "
              + found.checkErrors()
              + " places that cannot be checked"
              + (header.features().dirty() ? ", and is flagged as dirty" : ""));
    }
    if (found.leaks() > 0) {
      lowerRefcounts(file, header);
      setCopiedFlags(file, header);
    }
    return found.leaks();
  }

  private static void lowerRefcounts(BlockIo file, Qcow2Header header) {
    try (TableReader reader = new TableReader(file, CheckLimits.DEFAULT.tableBytes())) {
      Qcow2Repair repair = new Qcow2Repair(file, header, reader);
      repair.walk.walk();
      long unused = repair.walk.compare(repair.new Lower());
      assert unused >= 0;
    }
    file.flush();
  }

  private static void setCopiedFlags(BlockIo file, Qcow2Header header) {
    try (TableReader reader = new TableReader(file, CheckLimits.DEFAULT.tableBytes())) {
      Qcow2Repair repair = new Qcow2Repair(file, header, reader);
      repair.walk.walk();
      Tables tables = header.tables();
      reader.entries(
          tables.l1Offset(),
          tables.l1Entries(),
          (i, value) -> repair.setFlag(tables.l1Offset() + i * 8, value));
      repair.walk.l2Tables().forEach(table -> repair.l2Table(table, reader));
    }
    file.flush();
  }

  private void l2Table(L2Tables.Table table, TableReader reader) {
    if (table.active() == 0 || header.features().dataFile()) {
      return;
    }
    int step = geometry.l2EntryBytes() / 8;
    reader.entries(
        table.offset(),
        (long) geometry.l2Entries() * step,
        (i, value) -> {
          if (i % step == 0 && (value & L2Entry.COMPRESSED) == 0) {
            setFlag(table.offset() + i * 8, value);
          }
        });
  }

  private void setFlag(long at, long entry) {
    long offset = L2Entry.offset(entry);
    boolean lacks = (entry & L2Entry.COPIED) == 0;
    if (offset != 0 && lacks && walk.stored().get(geometry.clusterOf(offset)) == 1) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment word = arena.allocate(8);
        BigEndian.putLong(word, 0, entry | L2Entry.COPIED);
        file.write(at, word);
      }
    }
  }

  /// Writes the number of references over each refcount that is higher.
  private final class Lower implements Differences {
    @Override
    public void differ(long cluster, long refcount, long references) {
      assert refcount > references : "checked before";
      int order = geometry.refcountOrder();
      long block = walk.stored().entry((int) (cluster >>> geometry.refcountBlockBits()));
      long index = cluster & (geometry.refcountBlockEntries() - 1L);
      int perByteBits = Math.max(0, 3 - order);
      int bytes = Math.max(1, geometry.refcountBits() / 8);
      long at = block + (index >>> perByteBits) * bytes;
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment unit = arena.allocate(bytes);
        file.read(at, unit);
        RefcountBits.set(unit, order, index & ((1L << perByteBits) - 1), references);
        file.write(at, unit);
      }
    }

    @Override
    public void unknown(long cluster) {
      throw new IllegalStateException("cluster " + cluster + " was checked before");
    }
  }
}
