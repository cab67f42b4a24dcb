package io.blockgraph.driver.qcow2;

/// Where the tables of an image lie, as its header says.
///
/// @param l1Offset file offset of the active L1 table
/// @param l1Entries its entries
/// @param refcountTableOffset file offset of the refcount table
/// @param refcountTableClusters its clusters
/// @param snapshotsOffset file offset of the snapshot table
/// @param snapshots its entries
record Tables(
    long l1Offset,
    int l1Entries,
    long refcountTableOffset,
    int refcountTableClusters,
    long snapshotsOffset,
    int snapshots) {
  Tables withL1(long offset, int entries) {
    return new Tables(
        offset, entries, refcountTableOffset, refcountTableClusters, snapshotsOffset, snapshots);
  }

  Tables withRefcountTable(long offset, int clusters) {
    return new Tables(l1Offset, l1Entries, offset, clusters, snapshotsOffset, snapshots);
  }
}
