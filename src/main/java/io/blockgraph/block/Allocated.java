package io.blockgraph.block;

/// The ability to tell how much storage a disk takes, apart from how long it is.
public interface Allocated {
  /// Bytes of storage that are taken, asked from the storage: unlike [BlockIo#sizeBytes] this may
  /// wait for it.
  long allocatedBytes();
}
