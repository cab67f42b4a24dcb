package io.blockgraph.driver.qcow2;

import io.blockgraph.driver.qcow2.ImageMap.Area;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Random;

/// Damages good images where it hurts: in the fields and entries of their structures, with values
/// that mean something there. The same seed gives the same mutants.
final class ImageMutator {
  private static final long[] TELLING = {
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    9,
    0x1ff,
    0x200,
    0x1000,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0x8000_0000L,
    0xffff_ffffL,
    0x1_0000_0000L,
    1L << 55,
    1L << 56,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -1,
    -512,
    -65536
  };

  private final Random random;

  ImageMutator(long seed) {
    this.random = new Random(seed);
  }

  /// A damaged copy.
  ///
  /// @param bytes the damaged image
  /// @param story what was done to it
  record Mutant(byte[] bytes, String story) {}

  /// A copy of `image` with one to three damages.
  Mutant mutate(byte[] image, ImageMap map) {
    byte[] bytes = image.clone();
    StringBuilder story = new StringBuilder();
    int damages = 1 + (random.nextInt(4) == 0 ? random.nextInt(3) : 0);
    for (int i = 0; i < damages; i++) {
      story.append(i == 0 ? "" : "; ").append(damage(bytes, map));
    }
    return new Mutant(bytes, story.toString());
  }

  /// A copy of `image` in which one entry of one structure points to another structure.
  static Mutant point(byte[] image, Area from, long at, long value) {
    byte[] bytes = image.clone();
    BigEndian.putLong(MemorySegment.ofArray(bytes), at, value);
    return new Mutant(bytes, from.name() + " at " + at + " = 0x" + Long.toHexString(value));
  }

  private String damage(byte[] bytes, ImageMap map) {
    Area area = pick(map.areas());
    int width = area.name().equals("header") ? (random.nextBoolean() ? 4 : 8) : width();
    long slots = Math.max(1, Math.min(area.bytes(), bytes.length - area.offset()) / width);
    long slot = random.nextInt(3) == 0 ? random.nextLong(slots) : Math.min(slots - 1, few());
    long at = area.offset() + slot * width;
    if (at + 8 > bytes.length) {
      return "nothing";
    }
    MemorySegment out = MemorySegment.ofArray(bytes);
    long before = BigEndian.getLong(out, at);
    long after = value(before, map, bytes.length);
    switch (width) {
      case 1 -> bytes[(int) at] = (byte) after;
      case 4 -> BigEndian.putInt(out, at, (int) after);
      default -> BigEndian.putLong(out, at, after);
    }
    return area.name()
        + " byte "
        + (at - area.offset())
        + " ("
        + width
        + ") = 0x"
        + Long.toHexString(after);
  }

  private int width() {
    int choice = random.nextInt(8);
    return choice == 0 ? 1 : choice == 1 ? 4 : 8;
  }

  private long few() {
    return Math.abs(random.nextInt(24) * (long) random.nextInt(2) + random.nextInt(8));
  }

  private long value(long before, ImageMap map, int fileBytes) {
    long cluster = map.geometry().clusterSize();
    return switch (random.nextInt(10)) {
      case 0 -> TELLING[random.nextInt(TELLING.length)];
      case 1 -> before ^ 1L << random.nextInt(64);
      case 2 -> before + TELLING[random.nextInt(TELLING.length)];
      case 3 -> pick(map.areas()).offset();
      case 4 -> pick(map.areas()).offset() | L2Entry.COPIED;
      case 5 -> before + cluster * (random.nextInt(9) - 4);
      case 6 -> (fileBytes + cluster * random.nextInt(3)) | L2Entry.COPIED;
      case 7 -> L2Entry.COMPRESSED | random.nextLong(fileBytes) | (random.nextLong() & (7L << 58));
      case 8 -> random.nextLong();
      default -> before ^ (L2Entry.COPIED | random.nextInt(2));
    };
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
