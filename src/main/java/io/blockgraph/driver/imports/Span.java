package io.blockgraph.driver.imports;

/// A run of the disk in one state, from the place that was asked.
///
/// @param kind what is there
/// @param bytes how long it is, at least one
/// @param source which of the files holds it, for DATA and COMPRESSED
/// @param hostOffset where in that file it begins, for DATA; where the unit that holds it begins,
///   for COMPRESSED
record Span(Kind kind, long bytes, int source, long hostOffset) {
  /// What a run of the disk holds.
  enum Kind {
    DATA,
    COMPRESSED,
    HOLE
  }

  private static final long BROKEN = -1;

  static Span hole(long bytes) {
    return new Span(Kind.HOLE, bytes, 0, 0);
  }

  /// Where a table contradicts itself: what is there cannot be read.
  static Span broken(long bytes) {
    return new Span(Kind.COMPRESSED, bytes, 0, BROKEN);
  }

  boolean isBroken() {
    return hostOffset == BROKEN;
  }

  static Span data(long bytes, long hostOffset) {
    return new Span(Kind.DATA, bytes, 0, hostOffset);
  }
}
