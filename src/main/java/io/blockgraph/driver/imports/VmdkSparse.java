package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/// A sparse extent of a VMDK image: a directory of tables of grains. Only the tables in use are in
/// memory.
final class VmdkSparse implements VmdkExtent {
  private static final BadImage FORMAT = VmdkDescriptor.FORMAT;
  private static final long SECTOR = VmdkDescriptor.SECTOR;
  private static final int TABLES_KEPT = 1024;

  private final VmdkHeader header;
  private final EntryTable directory;
  private final PageCache tables = new PageCache(TABLES_KEPT);
  private final VmdkGrains grains;

  private VmdkSparse(VmdkHeader header, EntryTable directory) {
    this.header = header;
    this.directory = directory;
    this.grains = new VmdkGrains(header);
  }

  static VmdkSparse open(BlockIo file, VmdkHeader header) {
    long entries =
        BlockMap.Layout.blocks(header.capacityBytes(), header.grainBytes() * header.perTable());
    long at = header.directoryOffset();
    if (at > file.sizeBytes() - entries * Integer.BYTES) {
      throw FORMAT.tooShort("the grain directory", at + entries * Integer.BYTES, file.sizeBytes());
    }
    return new VmdkSparse(header, new EntryTable(at, entries, EntryTable.Width.LITTLE_32));
  }

  VmdkHeader header() {
    return header;
  }

  @Override
  public Span find(BlockIo file, long offset, long most) {
    long grainBytes = header.grainBytes();
    long grain = offset / grainBytes;
    long first = entry(file, grain);
    long bytes = Math.min(most, grainBytes - offset % grainBytes);
    if (first != 0 && header.compressed()) {
      return new Span(Span.Kind.COMPRESSED, bytes, 0, place(file, grain, first));
    }
    if (first == 0) {
      return Span.hole(holeFrom(file, offset, most));
    }
    for (int n = 1; bytes < most && n < ImportedImage.MAX_RUN_UNITS; n++) {
      long wanted = first + n * (grainBytes / SECTOR);
      if (entry(file, grain + n) != wanted || wanted * SECTOR >= file.sizeBytes()) {
        break;
      }
      bytes = Math.min(most, bytes + grainBytes);
    }
    return Span.data(bytes, place(file, grain, first) + offset % grainBytes);
  }

  /// How far the zeroes reach that begin at `offset`; a missing table is passed over at once.
  private long holeFrom(BlockIo file, long offset, long most) {
    long tableBytes = header.grainBytes() * header.perTable();
    long end = offset + most;
    long at = offset;
    for (int n = 0; at < end && n < ImportedImage.MAX_RUN_UNITS; n++) {
      if (directory.get(file, at / tableBytes) == 0) {
        at += tableBytes - at % tableBytes;
      } else if (entry(file, at / header.grainBytes()) == 0) {
        at += header.grainBytes() - at % header.grainBytes();
      } else {
        break;
      }
    }
    return Math.min(at, end) - offset;
  }

  @Override
  public long unitBytes() {
    return header.grainBytes();
  }

  /// The sector of a grain, 0 for one that reads as zeroes.
  private long entry(BlockIo file, long grain) {
    long table = directory.get(file, grain / header.perTable());
    if (table == 0) {
      return 0;
    }
    int length = header.perTable() * Integer.BYTES;
    if (table * SECTOR > file.sizeBytes() - length) {
      throw FORMAT.entry(
          "grain directory",
          grain / header.perTable(),
          "sector " + table,
          "the table does not lie within the file of " + file.sizeBytes() + " bytes");
    }
    byte[] entries = tables.get(file, table * SECTOR, length);
    int at = (int) (grain % header.perTable()) * Integer.BYTES;
    long entry = EntryTable.Width.LITTLE_32.get(entries, at);
    return entry == 1 && header.zeroedGrains() ? 0 : entry;
  }

  /// Where a grain begins in the file. The last one of a file may be cut short: what was never
  /// written there reads as zeroes.
  private static long place(BlockIo file, long grain, long sector) {
    if (sector * SECTOR >= file.sizeBytes()) {
      throw FORMAT.entry(
          "grain table",
          grain,
          "sector " + sector,
          "the grain does not lie within the file of " + file.sizeBytes() + " bytes");
    }
    return sector * SECTOR;
  }

  @Override
  public void readCompressed(BlockIo file, Span span, long offset, MemorySegment into) {
    long grain = offset / header.grainBytes();
    byte[] plain = grains.plain(file, span.hostOffset(), grain);
    int within = (int) (offset % header.grainBytes());
    MemorySegment.copy(MemorySegment.ofArray(plain), within, into, 0, into.byteSize());
  }

  /// The structure of headers and markers.
  static Fields.Structure structure(String name) {
    return new Fields.Structure(FORMAT, name, ByteOrder.LITTLE_ENDIAN);
  }
}
