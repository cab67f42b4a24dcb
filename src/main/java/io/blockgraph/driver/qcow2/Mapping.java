package io.blockgraph.driver.qcow2;

/// Where a run of guest bytes is. Made for one lookup, filled by [ClusterMapping].
final class Mapping {
  /// What holds the bytes.
  enum Kind {
    /// Nothing here: the backing disk, or zeroes.
    UNALLOCATED,
    /// Zeroes, no place in the file.
    ZERO,
    /// Zeroes, with a place in the file.
    ZERO_ALLOCATED,
    /// The file, plainly.
    DATA,
    /// The file, compressed.
    COMPRESSED
  }

  Kind kind = Kind.UNALLOCATED;

  /// Where the first byte is in the file, for DATA and ZERO_ALLOCATED.
  long hostOffset;

  /// How many bytes the run has.
  long bytes;

  /// Whether the place may be written.
  boolean writable;

  /// The first entry.
  long entry;

  /// The second word of the first entry, with extended L2 entries.
  long bitmap;

  /// Whether the bytes can be written where they are, without changing any table.
  boolean inPlace() {
    return kind == Kind.DATA && writable;
  }
}
