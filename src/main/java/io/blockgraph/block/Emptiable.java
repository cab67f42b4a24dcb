package io.blockgraph.block;

/// A disk that can drop everything it holds of its own at once, so that it shows what lies below it
/// (its backing disk, else zeroes) in its whole length.
public interface Emptiable {
  /// Drops all of it; durable when this returns. At every moment, also after a crash, the disk
  /// either holds what it held or nothing, never a part of it.
  ///
  /// The caller has made sure that no request is under way, and holds WRITE.
  ///
  /// @throws BlockException UNSUPPORTED when this disk cannot; otherwise what went wrong below, and
  ///   then the disk may hold everything or nothing. To call again is harmless.
  void makeEmpty();
}
