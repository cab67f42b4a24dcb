package io.blockgraph.block;

/// A disk whose length can be changed.
public interface Resizable {
  /// Sets the length to `sizeBytes` (rounded up to what the format can store; see
  /// [BlockIo#sizeBytes] afterwards).
  ///
  /// Grown space reads as zeroes, also over a longer backing disk. The caller has made sure that no
  /// request is under way.
  ///
  /// @throws BlockException UNSUPPORTED, NO_SPACE, INVALID; then the length is as it was
  void resize(long sizeBytes);

  /// Makes the disk `sizeBytes` long for a format that is about to write up to there, and to whom
  /// its length means nothing: the storage may be given room for what comes next as well. As
  /// [#resize] in all else, but that requests may be under way.
  default void makeRoom(long sizeBytes) {
    resize(sizeBytes);
  }

  /// The length that [#resize] would give the disk; changes nothing. An answer is no promise: what
  /// the storage makes of it is seen when it is done.
  ///
  /// @throws BlockException UNSUPPORTED or INVALID where it can be seen that [#resize] would be
  ///   refused
  default long lengthFor(long sizeBytes) {
    return sizeBytes;
  }
}
