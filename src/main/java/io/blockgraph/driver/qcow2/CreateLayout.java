package io.blockgraph.driver.qcow2;

import io.blockgraph.driver.qcow2.CreateOptions.Preallocation;

/// Where the parts of a new image lie, in clusters: header, refcount table, refcount blocks, L1
/// table, L2 tables, data. Everything is in use from the first cluster to the last.
///
/// @param refcountTable clusters of the refcount table
/// @param refcountBlocks clusters of the refcount blocks
/// @param l1 clusters of the L1 table
/// @param l2 clusters of the L2 tables
/// @param data clusters of guest data in the file
record CreateLayout(long refcountTable, long refcountBlocks, long l1, long l2, long data) {

  /// The smallest layout for a disk of `sizeBytes`.
  static CreateLayout of(CreateOptions options, Geometry geometry, long sizeBytes) {
    boolean mapped = isMapped(options);
    long guest = mapped ? geometry.clustersFor(sizeBytes) : 0;
    long l1 = geometry.clustersFor(Math.max(1, geometry.l1EntriesFor(sizeBytes)) * 8);
    long l2 = mapped ? geometry.l1EntriesFor(sizeBytes) : 0;
    long data = options.links().dataFile().isPresent() ? 0 : guest;
    CreateLayout layout = new CreateLayout(1, 1, l1, l2, data);
    CreateLayout next = layout.grown(geometry);
    while (!next.equals(layout)) {
      layout = next;
      next = layout.grown(geometry);
    }
    if (geometry.offsetOf(layout.refcountTable) > Limits.MAX_REFCOUNT_TABLE_BYTES
        && layout.refcountTable > 1) {
      throw CreateCheck.refused(
          "preallocation",
          options.preallocation(),
          "the refcount table of such an image would be larger than "
              + Limits.MAX_REFCOUNT_TABLE_BYTES
              + " bytes");
    }
    return layout;
  }

  /// Whether every guest cluster has its place from the beginning: asked for, or because a raw data
  /// file must show everything at its guest offset.
  static boolean isMapped(CreateOptions options) {
    return options.preallocation() != Preallocation.OFF || options.links().dataFileRaw();
  }

  long clusters() {
    return firstData() + data;
  }

  long firstRefcountBlock() {
    return 1 + refcountTable;
  }

  long firstL1() {
    return firstRefcountBlock() + refcountBlocks;
  }

  long firstL2() {
    return firstL1() + l1;
  }

  long firstData() {
    return firstL2() + l2;
  }

  private CreateLayout grown(Geometry geometry) {
    long perBlock = geometry.refcountBlockEntries();
    long blocks = Math.max(refcountBlocks, (clusters() + perBlock - 1) / perBlock);
    long table = Math.max(refcountTable, geometry.clustersFor(Math.multiplyExact(blocks, 8)));
    return new CreateLayout(table, blocks, l1, l2, data);
  }
}
