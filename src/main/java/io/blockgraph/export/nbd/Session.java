package io.blockgraph.export.nbd;

/// What a handshake ended with: which export is served and how replies look.
///
/// @param export the export, which has admitted the connection
/// @param structured whether READ is answered in chunks (and BLOCK_STATUS can be)
/// @param allocation whether BLOCK_STATUS reports base:allocation
record Session(ServedExport export, boolean structured, boolean allocation) {
  /// The number the server gave the context base:allocation.
  static final int ALLOCATION_CONTEXT = 1;

  boolean writable() {
    return export.offer().isWritable();
  }

  ServedDisk disk() {
    return export.disk();
  }
}
