package io.blockgraph.driver;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.graph.BitmapName;

/// A dirty bitmap as an image keeps it.
///
/// @param bits what is dirty; nothing in one that is inconsistent
/// @param state what is done with it
public record KeptBitmap(BitmapName name, DirtyBits bits, State state) {
  /// What is done with a bitmap.
  public enum State {
    /// It is marked.
    ENABLED,
    /// It stays as it is.
    DISABLED,
    /// It does not know of everything that was written; kept as it is in the image.
    INCONSISTENT
  }
}
