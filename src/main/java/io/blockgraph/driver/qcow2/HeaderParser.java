package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.qcow2.Qcow2Header.Trailer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads a header out of a file that may hold anything. One use per header.
final class HeaderParser {
  private static final long SNAPSHOT_BYTES = 40;

  private final MemorySegment in;
  private final long fileBytes;
  private final Geometry geometry;
  private final Features features;
  private final int headerLength;

  static Qcow2Header read(BlockIo file) {
    try (Arena arena = Arena.ofConfined()) {
      long bytes = Math.min(file.sizeBytes(), Limits.MAX_HEADER_BYTES);
      if (bytes < Qcow2Header.V2_BYTES) {
        throw new BlockException(
            BlockException.Kind.BAD_IMAGE,
            "not a qcow2 image: the file has " + file.sizeBytes() + " bytes, a header needs 72");
      }
      MemorySegment fixed = arena.allocate(Math.max(bytes >= 112 ? 112 : bytes, 112));
      file.read(0, fixed.asSlice(0, Math.min(bytes, 112)));
      long cluster = 1L << clusterBits(fixed);
      MemorySegment in = arena.allocate(Math.max(112, Math.min(cluster, Limits.MAX_HEADER_BYTES)));
      file.read(0, in.asSlice(0, Math.min(bytes, in.byteSize())));
      return new HeaderParser(in, file.sizeBytes()).header();
    }
  }

  private HeaderParser(MemorySegment in, long fileBytes) {
    this.in = in;
    this.fileBytes = fileBytes;
    int version = BigEndian.getInt(in, 4);
    this.features =
        version == 2
            ? Features.NONE
            : new Features(
                BigEndian.getLong(in, 72), BigEndian.getLong(in, 80), BigEndian.getLong(in, 88));
    this.headerLength = version == 2 ? Qcow2Header.V2_BYTES : headerLength();
    this.geometry =
        new Geometry(
            version,
            clusterBits(in),
            version == 2 ? 4 : refcountOrder(),
            features.extendedL2(),
            headerLength > Qcow2Header.V3_BYTES ? compression() : Compression.ZLIB);
  }

  /// Checks magic and version too: it is the first to look at the bytes.
  private static int clusterBits(MemorySegment in) {
    int magic = BigEndian.getInt(in, 0);
    if (magic != Qcow2Header.MAGIC) {
      throw BadImage.field("magic", 0, Integer.toUnsignedLong(magic), "not a qcow2 image");
    }
    long version = BigEndian.getUnsignedInt(in, 4);
    if (version != 2 && version != 3) {
      throw BadImage.field("version", 4, version, "2 and 3 are supported");
    }
    long bits = BigEndian.getUnsignedInt(in, 20);
    if (bits < Limits.MIN_CLUSTER_BITS || bits > Limits.MAX_CLUSTER_BITS) {
      throw BadImage.field("cluster_bits", 20, bits, "must be 9 to 21");
    }
    return (int) bits;
  }

  private int headerLength() {
    long length = BigEndian.getUnsignedInt(in, 100);
    long most = Math.min(1L << clusterBits(in), in.byteSize());
    if (length < Qcow2Header.V3_BYTES || length > most) {
      throw BadImage.field("header_length", 100, length, "must be 104 to " + most);
    }
    return (int) length;
  }

  private int refcountOrder() {
    long order = BigEndian.getUnsignedInt(in, 96);
    if (order > Limits.MAX_REFCOUNT_ORDER) {
      throw BadImage.field("refcount_order", 96, order, "must be 0 to 6");
    }
    return (int) order;
  }

  private Compression compression() {
    int code = Byte.toUnsignedInt(in.get(ValueLayout.JAVA_BYTE, 104));
    if (code > 1) {
      throw BadImage.field("compression_type", 104, code, "0 (zlib) and 1 (zstd) are supported");
    }
    return code == 0 ? Compression.ZLIB : Compression.ZSTD;
  }

  private Qcow2Header header() {
    List<HeaderExtension> extensions = extensions();
    checkFeatures(extensions);
    checkEncryption(extensions);
    Tables tables = tables();
    long size = BigEndian.getLong(in, 24);
    if (size < 0 || size > (Limits.MAX_L1_BYTES / 8) << geometry.l1CoverageBits()) {
      throw BadImage.field("size", 24, size, "larger than the largest L1 table can map");
    }
    if (geometry.l1EntriesFor(size) > tables.l1Entries()) {
      throw BadImage.field(
          "l1_size",
          36,
          tables.l1Entries(),
          "too small for a disk of " + size + " bytes, which needs " + geometry.l1EntriesFor(size));
    }
    byte[] unknown =
        in.asSlice(Math.min(112, headerLength), Math.max(0, headerLength - 112))
            .toArray(ValueLayout.JAVA_BYTE);
    return new Qcow2Header(
        geometry,
        size,
        tables,
        features,
        new Trailer(headerLength, unknown, backingName(), extensions));
  }

  private void checkFeatures(List<HeaderExtension> extensions) {
    long unknown = features.incompatible() & ~Features.KNOWN_INCOMPATIBLE;
    if (unknown != 0) {
      throw BadImage.unsupported(
          "incompatible_features",
          72,
          "the image needs what is not supported: " + FeatureNames.of(extensions, unknown));
    }
    if (features.rawDataFile() && !features.dataFile()) {
      throw BadImage.field(
          "autoclear_features",
          88,
          features.autoclear(),
          "a raw data file needs a data file, incompatible feature bit 2 at offset 72");
    }
    boolean bit = (features.incompatible() & Features.COMPRESSION) != 0;
    if (bit != (geometry.compression() != Compression.ZLIB)) {
      throw BadImage.field(
          "compression_type",
          104,
          geometry.compression().code(),
          "incompatible feature bit 3 at offset 72 is " + (bit ? "set" : "not set"));
    }
    if (geometry.extendedL2() && geometry.clusterBits() < Limits.MIN_EXTENDED_CLUSTER_BITS) {
      throw BadImage.field(
          "cluster_bits", 20, geometry.clusterBits(), "extended L2 entries need at least 14");
    }
  }

  private void checkEncryption(List<HeaderExtension> extensions) {
    long method = BigEndian.getUnsignedInt(in, 32);
    if (method != 0) {
      String name = method == 1 ? " (AES)" : method == 2 ? " (LUKS)" : "";
      throw BadImage.field(
          "crypt_method", 32, method, "encrypted images" + name + " are not supported");
    }
    for (HeaderExtension e : extensions) {
      if (e.type() == HeaderExtension.ENCRYPTION) {
        throw BadImage.unsupported(
            "encryption header", e.fileOffset(), "encrypted images are not supported");
      }
      if (e.type() == HeaderExtension.BITMAPS && features.bitmapsValid()) {
        BitmapsExtension.validate(e, geometry);
      }
    }
  }

  private Tables tables() {
    long reftableClusters = BigEndian.getUnsignedInt(in, 56);
    long mostClusters = Math.max(1, Limits.MAX_REFCOUNT_TABLE_BYTES >> geometry.clusterBits());
    if (reftableClusters == 0 || reftableClusters > mostClusters) {
      throw BadImage.field(
          "refcount_table_clusters", 56, reftableClusters, "must be 1 to " + mostClusters);
    }
    long reftable =
        tableOffset("refcount_table_offset", 48, reftableClusters << geometry.clusterBits());
    long l1Entries = BigEndian.getUnsignedInt(in, 36);
    if (l1Entries > Limits.MAX_L1_BYTES / 8) {
      throw BadImage.field("l1_size", 36, l1Entries, "more than " + Limits.MAX_L1_BYTES / 8);
    }
    long l1 = tableOffset("l1_table_offset", 40, l1Entries * 8);
    long snapshots = BigEndian.getUnsignedInt(in, 60);
    if (snapshots > Limits.MAX_SNAPSHOTS) {
      throw BadImage.field("nb_snapshots", 60, snapshots, "more than " + Limits.MAX_SNAPSHOTS);
    }
    long table = tableOffset("snapshots_offset", 64, snapshots * SNAPSHOT_BYTES);
    return new Tables(
        l1, (int) l1Entries, reftable, (int) reftableClusters, table, (int) snapshots);
  }

  /// A table lies on a cluster boundary, behind the header, and within the file: only then memory
  /// is taken for it. A table without entries may also lie nowhere, or be said to lie far behind
  /// the end of everything: nobody looks (as QEMU has it).
  private long tableOffset(String field, long at, long tableBytes) {
    long offset = BigEndian.getLong(in, at);
    if (offset == 0 && tableBytes == 0) {
      return 0;
    }
    boolean tooFar = tableBytes > 0 && offset >= Limits.MAX_OFFSET;
    if (offset <= 0 || tooFar || geometry.within(offset) != 0) {
      throw BadImage.field(field, at, offset, "must be a cluster's offset behind the header");
    }
    if (tableBytes > 0 && offset > fileBytes - tableBytes) {
      throw BadImage.field(
          field,
          at,
          offset,
          "a table of " + tableBytes + " bytes ends behind the file's end, " + fileBytes);
    }
    return offset;
  }

  private Optional<String> backingName() {
    long offset = BigEndian.getLong(in, 8);
    if (offset == 0) {
      return Optional.empty();
    }
    long length = BigEndian.getUnsignedInt(in, 16);
    long limit = Math.min(in.byteSize(), fileBytes);
    if (offset < headerLength || offset > limit) {
      throw BadImage.field("backing_file_offset", 8, offset, "must be within the first cluster");
    }
    if (length > Limits.MAX_NAME_BYTES || length > limit - offset) {
      throw BadImage.field(
          "backing_file_size", 16, length, "must be at most 1023 and end within the first cluster");
    }
    byte[] name = in.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    return Optional.of(new String(name, StandardCharsets.UTF_8));
  }

  private List<HeaderExtension> extensions() {
    long backing = BigEndian.getLong(in, 8);
    long end = backing > 0 ? Math.min(backing, in.byteSize()) : in.byteSize();
    List<HeaderExtension> found = new ArrayList<>();
    long at = headerLength;
    while (at <= end - 8) {
      int type = BigEndian.getInt(in, at);
      long length = BigEndian.getUnsignedInt(in, at + 4);
      if (length > end - at - 8) {
        throw BadImage.field(
            "length of header extension 0x" + Integer.toHexString(type),
            at + 4,
            length,
            "ends behind the header's area");
      }
      if (type == HeaderExtension.END) {
        break;
      }
      if (found.size() == Limits.MAX_HEADER_EXTENSIONS) {
        throw BadImage.field(
            "header extensions",
            at,
            found.size() + 1L,
            "more than " + Limits.MAX_HEADER_EXTENSIONS);
      }
      byte[] data = in.asSlice(at + 8, length).toArray(ValueLayout.JAVA_BYTE);
      found.add(new HeaderExtension(type, at + 8, data));
      at += 8 + ((length + 7) & ~7L);
    }
    return List.copyOf(found);
  }
}
