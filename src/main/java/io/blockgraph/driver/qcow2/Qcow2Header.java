package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The header of an image: everything its first cluster says. A value; an open image patches single
/// fields in the file.
///
/// @param geometry the fixed numbers
/// @param sizeBytes the length of the disk the guest sees
/// @param tables where the tables lie
/// @param features the feature bits
/// @param trailer what follows the fixed fields
record Qcow2Header(
    Geometry geometry, long sizeBytes, Tables tables, Features features, Trailer trailer) {
  static final int MAGIC = 0x514649fb;
  static final int V2_BYTES = 72;
  static final int V3_BYTES = 104;

  /// What follows the fixed fields of the header.
  ///
  /// @param headerLength bytes of the fixed fields, as the header says (72 in version 2)
  /// @param unknownFields the bytes of the header behind the fields we know (from 112 on), kept as
  ///   they are
  /// @param backingName the name of the backing file, to be shown and never opened
  /// @param extensions the header extensions in order, without the end mark
  record Trailer(
      int headerLength,
      byte[] unknownFields,
      Optional<String> backingName,
      List<HeaderExtension> extensions) {}

  /// Reads and validates the header of an image.
  ///
  /// @throws BlockException BAD_IMAGE naming field, offset and value; the file is only read
  static Qcow2Header read(BlockIo file) {
    return HeaderParser.read(file);
  }

  /// The first extension of a type.
  Optional<HeaderExtension> extension(int type) {
    return trailer.extensions().stream().filter(e -> e.type() == type).findFirst();
  }

  /// The name of the format of the backing file, to be shown.
  Optional<String> backingFormat() {
    return extension(HeaderExtension.BACKING_FORMAT).map(HeaderExtension::text);
  }

  /// The name of the external data file, to be shown and never opened.
  Optional<String> dataFileName() {
    return extension(HeaderExtension.DATA_FILE_NAME).map(HeaderExtension::text);
  }

  /// The bitmaps the image says to hold; empty when there are none or what is said must not be
  /// believed.
  Optional<BitmapsExtension> bitmaps() {
    return features.bitmapsValid()
        ? extension(HeaderExtension.BITMAPS).map(BitmapsExtension::parse)
        : Optional.empty();
  }

  Qcow2Header withFeatures(Features changed) {
    return new Qcow2Header(geometry, sizeBytes, tables, changed, trailer);
  }

  Qcow2Header withGeometry(Geometry changed) {
    return new Qcow2Header(changed, sizeBytes, tables, features, trailer);
  }

  Qcow2Header withTrailer(Trailer changed) {
    return new Qcow2Header(geometry, sizeBytes, tables, features, changed);
  }

  Qcow2Header withTables(Tables changed) {
    return new Qcow2Header(geometry, sizeBytes, changed, features, trailer);
  }

  Qcow2Header withSize(long changed) {
    return new Qcow2Header(geometry, changed, tables, features, trailer);
  }

  Qcow2Header withBacking(Optional<String> name, List<HeaderExtension> extensions) {
    Trailer changed =
        new Trailer(trailer.headerLength(), trailer.unknownFields(), name, extensions);
    return new Qcow2Header(geometry, sizeBytes, tables, features, changed);
  }

  /// The same with a directory of bitmaps there, to be believed.
  Qcow2Header withBitmaps(BitmapsExtension where) {
    HeaderExtension named = new HeaderExtension(HeaderExtension.BITMAPS, 0, where.data());
    List<HeaderExtension> all = new ArrayList<>(trailer.extensions());
    all.replaceAll(e -> e.type() == HeaderExtension.BITMAPS ? named : e);
    if (!all.contains(named)) {
      all.add(named);
    }
    return withBacking(trailer.backingName(), all)
        .withFeatures(features.withAutoclear(features.autoclear() | Features.BITMAPS));
  }

  /// The same without bitmaps.
  Qcow2Header withoutBitmaps() {
    List<HeaderExtension> others =
        trailer.extensions().stream().filter(e -> e.type() != HeaderExtension.BITMAPS).toList();
    return withBacking(trailer.backingName(), others)
        .withFeatures(features.withAutoclear(features.autoclear() & ~Features.BITMAPS));
  }

  /// Where in the file the data of an extension that is there lies.
  long extensionOffset(int type) {
    long at = trailer.headerLength();
    for (HeaderExtension e : trailer.extensions()) {
      if (e.type() == type) {
        break;
      }
      at += e.storedBytes();
    }
    return at + 8;
  }

  /// The data of the extension for bitmaps.
  byte[] bitmapsData() {
    return extension(HeaderExtension.BITMAPS).orElseThrow().data();
  }

  /// Where the backing name goes when nothing speaks against it: right behind the extensions.
  int nameOffset() {
    int extensionBytes = trailer.extensions().stream().mapToInt(HeaderExtension::storedBytes).sum();
    return trailer.headerLength() + extensionBytes + 8;
  }

  /// The header as bytes, with its extensions and the backing name behind them; at most a cluster.
  ///
  /// @throws BlockException INVALID when it does not fit into a cluster
  byte[] toBytes() {
    return toBytes(nameOffset());
  }

  /// The same with the backing name at `nameAt`, which is not before [#nameOffset].
  byte[] toBytes(int nameAt) {
    byte[] name = trailer.backingName().orElse("").getBytes(StandardCharsets.UTF_8);
    if (nameAt + name.length > geometry.clusterSize()) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "header extensions and backing name need "
              + (nameAt + name.length)
              + " bytes; the first cluster has "
              + geometry.clusterSize());
    }
    byte[] bytes = new byte[nameAt + name.length];
    MemorySegment out = MemorySegment.ofArray(bytes);
    putFixedFields(out, name.length == 0 ? 0 : nameAt, name.length);
    int at = trailer.headerLength();
    for (HeaderExtension e : trailer.extensions()) {
      BigEndian.putInt(out, at, e.type());
      BigEndian.putInt(out, at + 4L, e.data().length);
      System.arraycopy(e.data(), 0, bytes, at + 8, e.data().length);
      at += e.storedBytes();
    }
    System.arraycopy(name, 0, bytes, nameAt, name.length);
    return bytes;
  }

  private void putFixedFields(MemorySegment out, int nameAt, int nameBytes) {
    BigEndian.putInt(out, 0, MAGIC);
    BigEndian.putInt(out, 4, geometry.version());
    BigEndian.putLong(out, 8, nameAt);
    BigEndian.putInt(out, 16, nameBytes);
    BigEndian.putInt(out, 20, geometry.clusterBits());
    BigEndian.putLong(out, 24, sizeBytes);
    BigEndian.putInt(out, 36, tables.l1Entries());
    BigEndian.putLong(out, 40, tables.l1Offset());
    BigEndian.putLong(out, 48, tables.refcountTableOffset());
    BigEndian.putInt(out, 56, tables.refcountTableClusters());
    BigEndian.putInt(out, 60, tables.snapshots());
    BigEndian.putLong(out, 64, tables.snapshotsOffset());
    if (geometry.version() == 2) {
      return;
    }
    BigEndian.putLong(out, 72, features.incompatible());
    BigEndian.putLong(out, 80, features.compatible());
    BigEndian.putLong(out, 88, features.autoclear());
    BigEndian.putInt(out, 96, geometry.refcountOrder());
    BigEndian.putInt(out, 100, trailer.headerLength());
    if (trailer.headerLength() > V3_BYTES) {
      out.asSlice(104, 1).fill((byte) geometry.compression().code());
      MemorySegment tail = MemorySegment.ofArray(trailer.unknownFields());
      MemorySegment.copy(tail, 0, out, 112, Math.max(0, trailer.headerLength() - 112));
    }
  }

  /// Writes the feature bits, and nothing else, into the file. Version 3 only.
  void writeFeatures(BlockIo file) {
    patch(
        file,
        72,
        24,
        out -> {
          BigEndian.putLong(out, 0, features.incompatible());
          BigEndian.putLong(out, 8, features.compatible());
          BigEndian.putLong(out, 16, features.autoclear());
        });
  }

  /// Writes size and place of the L1 table, and nothing else, into the file.
  void writeL1(BlockIo file) {
    patch(
        file,
        36,
        12,
        out -> {
          BigEndian.putInt(out, 0, tables.l1Entries());
          BigEndian.putLong(out, 4, tables.l1Offset());
        });
  }

  /// Writes size and place of the refcount table, and nothing else, into the file.
  void writeRefcountTable(BlockIo file) {
    patch(
        file,
        48,
        12,
        out -> {
          BigEndian.putLong(out, 0, tables.refcountTableOffset());
          BigEndian.putInt(out, 8, tables.refcountTableClusters());
        });
  }

  /// Writes the length of the disk and where all tables are into the file, within one sector.
  void writeTables(BlockIo file) {
    patch(
        file,
        24,
        48,
        out -> {
          BigEndian.putLong(out, 0, sizeBytes);
          BigEndian.putInt(out, 8, 0);
          BigEndian.putInt(out, 12, tables.l1Entries());
          BigEndian.putLong(out, 16, tables.l1Offset());
          BigEndian.putLong(out, 24, tables.refcountTableOffset());
          BigEndian.putInt(out, 32, tables.refcountTableClusters());
          BigEndian.putInt(out, 36, tables.snapshots());
          BigEndian.putLong(out, 40, tables.snapshotsOffset());
        });
  }

  /// Writes the length of the disk, and nothing else, into the file.
  void writeSize(BlockIo file) {
    patch(file, 24, 8, out -> BigEndian.putLong(out, 0, sizeBytes));
  }

  private interface Fields {
    void putInto(MemorySegment out);
  }

  private static void patch(BlockIo file, long offset, long bytes, Fields fields) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(bytes);
      fields.putInto(out);
      file.write(offset, out);
    }
  }
}
