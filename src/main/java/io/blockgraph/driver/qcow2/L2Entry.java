package io.blockgraph.driver.qcow2;

/// The bits of L1 and L2 entries.
final class L2Entry {
  /// The refcount of what the entry points to is exactly one: it may be written in place.
  static final long COPIED = 1L << 63;

  /// The entry describes a compressed cluster.
  static final long COMPRESSED = 1L << 62;

  /// The cluster reads as zeroes (version 3, not with extended entries).
  static final long ZERO = 1;

  /// Where a table or a plain cluster lies.
  static final long OFFSET = 0x00ff_ffff_ffff_fe00L;

  /// The zero bits of all subclusters in the second word of an extended entry.
  static final long ALL_ZERO = 0xffff_ffffL << 32;

  /// The allocation bits of all subclusters.
  static final long ALL_ALLOCATED = 0xffff_ffffL;

  private L2Entry() {}

  /// Whether an entry, not an extended one, has the flag of zeroes.
  static boolean isZero(long entry) {
    return (entry & (COMPRESSED | ZERO)) == ZERO;
  }

  /// The host offset of a plain cluster; 0 when there is none.
  static long offset(long entry) {
    return entry & OFFSET;
  }

  /// The first byte of a compressed cluster.
  static long compressedOffset(long entry, int clusterBits) {
    return entry & ((1L << (62 - (clusterBits - 8))) - 1);
  }

  /// The bytes that hold a compressed cluster: up to the end of its last sector.
  static int compressedBytes(long entry, int clusterBits) {
    int shift = 62 - (clusterBits - 8);
    long moreSectors = (entry & ~COPIED & ~COMPRESSED) >>> shift;
    return (int) ((moreSectors + 1) * 512 - (compressedOffset(entry, clusterBits) & 511));
  }

  /// The entry of `bytes` bytes, less than a cluster, at `offset`.
  static long compressed(long offset, int bytes, int clusterBits) {
    long moreSectors = ((offset + bytes - 1) >>> 9) - (offset >>> 9);
    return COMPRESSED | moreSectors << (62 - (clusterBits - 8)) | offset;
  }

  /// Whether an entry of a compressed cluster has the bits for an offset.
  static boolean holdsCompressed(long offset, int clusterBits) {
    return offset == compressedOffset(offset, clusterBits);
  }

  /// The bits of the subclusters from `first` to `last`, for the allocation half of the word.
  static long subclusters(int first, int last) {
    return (0xffff_ffffL >>> (31 - last)) & (0xffff_ffffL << first) & 0xffff_ffffL;
  }
}
