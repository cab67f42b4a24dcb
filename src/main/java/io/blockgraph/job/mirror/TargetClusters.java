package io.blockgraph.job.mirror;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;

/// How bytes have to come to lie on a target whose backing disk may come only later: in whole
/// clusters, and with zeroes of its own.
///
/// A cluster of which only a part is written to an image without a backing disk is filled with
/// zeroes. If the image then gets a backing disk, these hide what the backing disk holds there. So
/// a copy of only a part of the source fills each cluster from the source the first time it touches
/// it; from then on the cluster is the target's own and parts of it may be written. Any thread.
final class TargetClusters {
  private final DirtyBitmap own;
  private final Zeroable.Mode zeroes;

  /// @param clusterBytes a power of two; 1 when parts may be written as they come
  /// @param zeroes what becomes of zeroes that may be holes
  TargetClusters(long sizeBytes, long clusterBytes, Zeroable.Mode zeroes) {
    this.own = new DirtyBitmap(clusterBytes == 1 ? 0 : sizeBytes, clusterBytes);
    this.zeroes = zeroes;
  }

  /// How the target makes zeroes when `wished` is asked of the source. A target that has no fast
  /// way must not fail a client who asked the source for one.
  Zeroable.Mode zeroMode(Zeroable.Mode wished) {
    return wished == Zeroable.Mode.KEEP_ALLOCATED ? wished : zeroes;
  }

  /// `range` and what has to be copied with it.
  ByteRange widened(ByteRange range) {
    if (own.sizeBytes() == 0 || range.isEmpty()) {
      return range;
    }
    ByteRange head = own.partAt(range.offset());
    ByteRange tail = own.partAt(range.end() - 1);
    return ByteRange.between(
        own.isDirty(head) ? range.offset() : head.offset(),
        own.isDirty(tail) ? range.end() : tail.end());
  }

  /// Whether `range` can be written without more.
  boolean takes(ByteRange range) {
    return widened(range).equals(range);
  }

  /// `range` is on the target now.
  void written(ByteRange range) {
    own.setWithin(range);
  }
}
