package io.blockgraph.driver.qcow2;

/// The largest numbers an image may hold, so that no image makes us allocate or loop without bound.
///
/// They are those QEMU uses, so that an image that is refused here is refused there too.
final class Limits {
  static final int MIN_CLUSTER_BITS = 9;
  static final int MAX_CLUSTER_BITS = 21;

  /// Subclusters are at least a sector: 32 of them need clusters of 16 KiB.
  static final int MIN_EXTENDED_CLUSTER_BITS = 14;

  static final int MAX_REFCOUNT_ORDER = 6;
  static final long MAX_REFCOUNT_TABLE_BYTES = 8L << 20;
  static final long MAX_L1_BYTES = 32L << 20;
  static final int MAX_SNAPSHOTS = 65_536;
  static final long MAX_SNAPSHOT_TABLE_BYTES = 64L << 20;
  static final int MAX_SNAPSHOT_EXTRA_BYTES = 1_024;
  static final int MAX_BITMAPS = 65_535;
  static final long MAX_BITMAP_DIRECTORY_BYTES = 64L << 20;
  static final int MAX_NAME_BYTES = 1_023;

  /// The bitmaps of one image that are taken into memory take at most so many bytes there.
  static final long MAX_LOADED_BITMAP_BYTES = 256L << 20;

  /// Header extensions are read from at most so many bytes of the first cluster.
  static final long MAX_HEADER_BYTES = 1L << 20;

  static final int MAX_HEADER_EXTENSIONS = 4_096;

  /// Host offsets are below this: the format has 56 bits for them.
  static final long MAX_OFFSET = 1L << 56;

  /// Compressed clusters of one image that are kept inflated have so many bytes, or three clusters.
  static final int MAX_IMAGE_INFLATED_BYTES = 2 << 20;

  /// Those of all images together have so many bytes, beyond what requests are using right now.
  static final long MAX_INFLATED_BYTES = 64L << 20;

  /// So many bytes of compressed clusters are read in one piece.
  static final long MAX_STORED_READ_BYTES = 1L << 20;

  /// Smaller clusters are inflated one after the other: other threads would take longer to wake.
  static final int MIN_PARALLEL_CLUSTER_BYTES = 16 << 10;

  /// How long a request waits for another request that allocates the same clusters.
  static final long MAX_WAIT_MS = 120_000;

  private Limits() {}
}
