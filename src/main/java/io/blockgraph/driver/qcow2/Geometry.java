package io.blockgraph.driver.qcow2;

/// The fixed numbers of an image, from which all sizes of its tables follow.
///
/// @param version 2 or 3
/// @param clusterBits log2 of the cluster size in bytes, 9 to 21
/// @param refcountOrder log2 of the width of a refcount in bits, 0 to 6
/// @param extendedL2 whether L2 entries have 16 bytes and describe 32 subclusters each
/// @param compression how compressed clusters are compressed
record Geometry(
    int version, int clusterBits, int refcountOrder, boolean extendedL2, Compression compression) {
  /// Each cluster of an image with extended L2 entries has so many subclusters.
  static final int SUBCLUSTERS = 32;

  /// The same in another version, of an image of which that is all that changes.
  Geometry withVersion(int other) {
    return new Geometry(other, clusterBits, refcountOrder, extendedL2, compression);
  }

  /// Bytes of a cluster.
  int clusterSize() {
    return 1 << clusterBits;
  }

  /// Bytes of an L2 entry.
  int l2EntryBytes() {
    return extendedL2 ? 16 : 8;
  }

  /// log2 of the entries of an L2 table, which fills one cluster.
  int l2Bits() {
    return clusterBits - (extendedL2 ? 4 : 3);
  }

  /// Entries of an L2 table.
  int l2Entries() {
    return 1 << l2Bits();
  }

  /// log2 of the guest bytes that one L1 entry covers.
  int l1CoverageBits() {
    return clusterBits + l2Bits();
  }

  /// The L1 entries a disk of `sizeBytes` needs.
  long l1EntriesFor(long sizeBytes) {
    return (sizeBytes >>> l1CoverageBits())
        + ((sizeBytes & ((1L << l1CoverageBits()) - 1)) == 0 ? 0 : 1);
  }

  /// log2 of the bytes for which an L2 entry can tell the state: a subcluster, or a whole cluster.
  int subclusterBits() {
    return extendedL2 ? clusterBits - 5 : clusterBits;
  }

  /// Bytes of the smallest unit that can be allocated or zero on its own.
  int subclusterSize() {
    return 1 << subclusterBits();
  }

  /// Bits of a refcount.
  int refcountBits() {
    return 1 << refcountOrder;
  }

  /// The largest refcount that can be stored; for 64 bits the largest positive long.
  long maxRefcount() {
    return refcountOrder == 6 ? Long.MAX_VALUE : (1L << refcountBits()) - 1;
  }

  /// log2 of the refcounts in a refcount block, which fills one cluster.
  int refcountBlockBits() {
    return clusterBits + 3 - refcountOrder;
  }

  /// Refcounts in a refcount block.
  int refcountBlockEntries() {
    return 1 << refcountBlockBits();
  }

  /// The number of the cluster that holds the byte at `offset`.
  long clusterOf(long offset) {
    return offset >>> clusterBits;
  }

  /// The offset of a cluster.
  long offsetOf(long cluster) {
    return cluster << clusterBits;
  }

  /// The offset within its cluster.
  long within(long offset) {
    return offset & (clusterSize() - 1L);
  }

  /// The clusters needed to hold `bytes`.
  long clustersFor(long bytes) {
    return clusterOf(Math.addExact(bytes, clusterSize() - 1L));
  }

  /// `offset` rounded down to a cluster.
  long down(long offset) {
    return offset & -(long) clusterSize();
  }

  /// `offset` rounded up to a cluster.
  long up(long offset) {
    return down(Math.addExact(offset, clusterSize() - 1L));
  }
}
