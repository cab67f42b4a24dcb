package io.blockgraph.driver.qcow2;

/// Told once when an image turns out to contradict itself. Returns at once and never fails.
interface CorruptionListener {
  /// Nobody listens.
  CorruptionListener NOBODY = reason -> {};

  /// The image takes no more writes.
  ///
  /// @param reason what was found and where, for people
  void corrupted(String reason);
}
