package io.blockgraph.histories;

/// What the header of a qcow2 image says of itself.
///
/// @param lazyRefcounts whether its refcounts may be written late
record Format(int version, boolean lazyRefcounts) {
  /// The last bytes of three numbers of the header.
  private static final int VERSION_END = 7;

  private static final int INCOMPATIBLE_END = 79;
  private static final int COMPATIBLE_END = 87;

  /// So much of an image is needed to look at it.
  static final int BYTES = COMPATIBLE_END + 1;

  static Format of(byte[] image) {
    int version = image[VERSION_END];
    return new Format(version, version >= 3 && (image[COMPATIBLE_END] & 1) != 0);
  }

  /// Whether an image says of itself that its refcounts are to be made anew before it is written:
  /// one with lazy refcounts after a kill.
  static boolean isDirty(byte[] image) {
    return of(image).version() >= 3 && (image[INCOMPATIBLE_END] & 1) != 0;
  }
}
