package io.blockgraph.block;

import java.util.List;

/// A disk that shows a moment of another one, which can be given up part by part. It is not
/// [Discardable]: nobody else who discards what he shows means the past by it.
public interface DiscardablePast {
  /// Parts are given up in whole clusters of so many bytes, a power of two.
  long clusterBytes();

  /// Gives up the past of the whole clusters in `ranges`: the storage it took to keep them is free
  /// when this returns, and reads of them fail from now on. When it fails, any of them may have
  /// been given up.
  void discardPast(List<ByteRange> ranges);
}
