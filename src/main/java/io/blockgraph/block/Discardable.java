package io.blockgraph.block;

/// A disk that can be told that a range is no longer needed.
public interface Discardable {
  /// A hint: afterwards the range reads as old data or as zeroes, each byte; nothing outside the
  /// range changes.
  ///
  /// For an overlay, data of the backing disk never becomes visible by a discard.
  void discard(ByteRange range);
}
