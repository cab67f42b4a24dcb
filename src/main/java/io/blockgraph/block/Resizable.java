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

  /// The length that [#resize] would give the disk; changes nothing. An answer is no promise: what
  /// the storage makes of it is seen when it is done.
  ///
  /// @throws BlockException UNSUPPORTED or INVALID where it can be seen that [#resize] would be
  ///   refused
  default long lengthFor(long sizeBytes) {
    return sizeBytes;
  }
}
