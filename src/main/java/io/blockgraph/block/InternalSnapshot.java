package io.blockgraph.block;

import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/// A snapshot that an image keeps of the disk in itself.
///
/// @param id given by the image, never two of the same
/// @param name given by who took it; an image may hold several of one name
/// @param takenAt when
/// @param diskBytes the length of the disk then, where the image tells
/// @param vm what it holds of a machine besides the disk
public record InternalSnapshot(
    String id, String name, Instant takenAt, OptionalLong diskBytes, VmState vm) {
  /// The state of a machine that was stored along with the disk. Kept and shown, never used here.
  ///
  /// @param bytes its length; 0 for none
  /// @param clock how long the machine had run
  public record VmState(long bytes, Duration clock) {
    /// None.
    public static final VmState NONE = new VmState(0, Duration.ZERO);
  }
}
