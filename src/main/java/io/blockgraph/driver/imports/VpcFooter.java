package io.blockgraph.driver.imports;

import io.blockgraph.block.BlockIo;
import java.nio.ByteOrder;
import java.util.List;

/// The 512 bytes at the end of a VHD image, of which one that grows has a copy at its beginning.
///
/// @param fields big-endian, the checksum is right
record VpcFooter(Fields fields) {
  static final BadImage FORMAT = new BadImage("vpc");
  static final int BYTES = 512;
  static final long FIXED = 2;
  static final long DYNAMIC = 3;

  private static final Fields.Structure STRUCTURE =
      new Fields.Structure(FORMAT, "footer", ByteOrder.BIG_ENDIAN);

  /// What programs write that mean the length in bytes; all others mean the geometry.
  private static final List<String> BY_BYTES = List.of("win ", "qem2", "d2v ", "tap\0", "CTXS");

  /// Cylinders, heads and sectors of the largest geometry: such a disk may be longer.
  private static final long MAX_GEOMETRY = 65535L * 16 * 255;

  /// The footer at the end of the file, or its copy where that is damaged. The copy alone is never
  /// believed to be of a fixed image: there the first bytes are the guest's.
  static VpcFooter read(BlockIo file) {
    long end = file.sizeBytes() - BYTES;
    if (end < 0) {
      throw FORMAT.tooShort("the footer", BYTES, file.sizeBytes());
    }
    VpcFooter last = new VpcFooter(Fields.read(STRUCTURE, file, end, BYTES));
    if (last.isSound()) {
      return last.checked();
    }
    VpcFooter copy = new VpcFooter(Fields.read(STRUCTURE, file, 0, BYTES));
    if (copy.isSound() && copy.type() != FIXED) {
      return copy.checked();
    }
    throw last.fields.bad(
        "cookie",
        0,
        "not 'conectix', or the checksum of the footer is wrong",
        "neither the end of the file nor its beginning holds a sound footer");
  }

  private boolean isSound() {
    return fields.text(0, 8).equals("conectix") && isSummed(fields, 64);
  }

  /// Whether the checksum at a place, the complement of the sum of all other bytes, is right.
  static boolean isSummed(Fields fields, int at) {
    long sum = 0;
    for (int i = 0; i < fields.length(); i++) {
      sum += i >= at && i < at + 4 ? 0 : fields.u8(i);
    }
    return (~sum & 0xffff_ffffL) == fields.u32(at);
  }

  private VpcFooter checked() {
    long type = type();
    fields.require(
        type != 4, "disk_type", 60, "a differencing image needs its parent; merge first");
    fields.require(type == FIXED || type == DYNAMIC, "disk_type", 60, "neither fixed nor dynamic");
    fields.require(fields.u16(12) == 1, "version", 12, "only version 1.0 is known");
    return this;
  }

  long type() {
    return fields.u32(60);
  }

  /// The length of the disk, by the geometry or in bytes, as `how` says.
  long sizeBytes(String how) {
    long sectors = (long) fields.u16(56) * fields.u8(58) * fields.u8(59);
    boolean byBytes =
        switch (how) {
          case "chs" -> false;
          case "current-size" -> true;
          default -> BY_BYTES.contains(fields.text(28, 4)) || sectors == MAX_GEOMETRY;
        };
    long size = byBytes ? fields.i64(48) : sectors * 512;
    if (size < 0) {
      throw fields.bad("current_size", 48, size, "no length");
    }
    return size;
  }
}
