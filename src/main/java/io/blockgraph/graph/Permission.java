package io.blockgraph.graph;

/// What a parent may do with a child; the meaning and the order are QEMU's, the ordinal is the bit
/// and the lock byte.
public enum Permission {
  /// Read data that is consistent: what was written last.
  CONSISTENT_READ,
  /// Change data that readers see.
  WRITE,
  /// Write without changing what readers see (copy-on-read).
  WRITE_UNCHANGED,
  /// Change the length.
  RESIZE;

  /// The word used over HTTP: `consistent-read`.
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }
}
