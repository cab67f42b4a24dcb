package io.blockgraph.block;

/// A disk that keeps how it looked at one moment, while it goes on changing.
public interface Snapshotted {
  /// The disk as it looked then. It cannot be written; it fails its reads when the moment could not
  /// be kept.
  BlockIo past();

  /// Whether `other` keeps the same moment of the same disk: both are views of one node.
  boolean isSameMoment(Snapshotted other);
}
