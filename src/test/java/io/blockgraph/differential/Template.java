package io.blockgraph.differential;

import java.util.Locale;

/// An image that both sides get copies of. Each disk is filled from the start with numbered blocks
/// of its own colour, so that bytes in a wrong place are seen; what is behind reads as zeroes and
/// is not stored.
enum Template {
  RAW_NOTHING(Format.RAW, 0, 0, 0),
  RAW_A(Format.RAW, Sizes.DISK, Sizes.DISK, 0x10),
  RAW_B(Format.RAW, Sizes.DISK, Sizes.DISK, 0x50),
  RAW_HUGE(Format.RAW, Sizes.HUGE, Sizes.HUGE, 0xd0),
  RAW_LONG(Format.RAW, Sizes.LONG, Sizes.LONG, 0x90),
  QCOW2_EMPTY(Format.QCOW2, Sizes.DISK, 0, 0),
  QCOW2_A(Format.QCOW2, Sizes.DISK, Sizes.DISK, 0x10),
  QCOW2_HALF(Format.QCOW2, Sizes.DISK, Sizes.DISK / 2, 0x30),
  QCOW2_LONG(Format.QCOW2, Sizes.LONG, Sizes.DISK, 0x70),
  QCOW2_EMPTY_LONG(Format.QCOW2, Sizes.LONG, 0, 0),
  QCOW2_LARGE(Format.QCOW2, Sizes.LARGE, Sizes.LARGE, 0x20),
  QCOW2_EMPTY_LARGE(Format.QCOW2, Sizes.LARGE, 0, 0),
  QCOW2_EMPTY_SHORT(Format.QCOW2, Sizes.SHORT, 0, 0),
  LUKS(Format.LUKS, Sizes.DISK, 0, 0);

  /// How an image stores its disk.
  enum Format {
    RAW,
    QCOW2,
    /// What was never written is noise, the same in every copy.
    LUKS;

    String ending() {
      return "." + name().toLowerCase(Locale.ROOT);
    }
  }

  private static final int BLOCK_BYTES = 4096;

  private final Format format;
  private final long diskBytes;
  private final long filledBytes;
  private final int colour;

  Template(Format format, long diskBytes, long filledBytes, int colour) {
    this.format = format;
    this.diskBytes = diskBytes;
    this.filledBytes = filledBytes;
    this.colour = colour;
  }

  Format format() {
    return format;
  }

  long diskBytes() {
    return diskBytes;
  }

  /// What the disk holds.
  byte[] content() {
    byte[] bytes = new byte[(int) diskBytes];
    for (int at = 0; at < filledBytes; at++) {
      bytes[at] = (byte) (colour + 1 + at / BLOCK_BYTES % 32);
    }
    return bytes;
  }

  /// The name in file names and scripts: `qcow2-a`.
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
