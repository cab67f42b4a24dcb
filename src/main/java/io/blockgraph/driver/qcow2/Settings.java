package io.blockgraph.driver.qcow2;

import java.util.Set;

/// How an image is to be served; nothing here changes what is in it.
///
/// @param overlapCheck which metadata every write is checked against
/// @param lazyRefcounts whether refcounts are written late, with the dirty flag set, as the image
///   itself may ask too
/// @param passDiscard which freed space is discarded in the file below
/// @param l2CacheBytes the most memory for L2 tables
/// @param refcountCacheBytes the most memory for refcounts
record Settings(
    OverlapCheck overlapCheck,
    boolean lazyRefcounts,
    Set<PassDiscard> passDiscard,
    long l2CacheBytes,
    long refcountCacheBytes) {
  static final Settings DEFAULT =
      new Settings(
          OverlapCheck.CACHED,
          false,
          Set.of(PassDiscard.REQUEST, PassDiscard.SNAPSHOT),
          1L << 20,
          256L << 10);

  Settings {
    passDiscard = Set.copyOf(passDiscard);
  }

  /// Which metadata every write is checked against.
  enum OverlapCheck {
    /// Nothing.
    NONE(0),
    /// What never moves: header, L1 table, refcount table, snapshot table, bitmap directory.
    CONSTANT(
        MetadataMap.HEADER
            | MetadataMap.ACTIVE_L1
            | MetadataMap.REFCOUNT_TABLE
            | MetadataMap.SNAPSHOT_TABLE
            | MetadataMap.BITMAP_DIRECTORY),
    /// Also L2 tables, refcount blocks and the snapshots' L1 tables.
    CACHED(MetadataMap.ALL & ~MetadataMap.INACTIVE_L2),
    /// Also the snapshots' L2 tables, for which the snapshots' L1 tables are read when writing
    /// begins.
    ALL(MetadataMap.ALL);

    final int classes;

    OverlapCheck(int classes) {
      this.classes = classes;
    }
  }

  /// Whose freed space is discarded in the file below.
  enum PassDiscard {
    /// What a discard or a zero request freed.
    REQUEST,
    /// What only a snapshot used that was deleted, or a disk that another snapshot was applied to.
    SNAPSHOT,
    /// What was freed otherwise, as by overwriting a compressed cluster.
    OTHER
  }
}
