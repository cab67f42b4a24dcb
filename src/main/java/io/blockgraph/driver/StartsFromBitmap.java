package io.blockgraph.driver;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import java.util.Optional;

/// A node that is told once, in the change that brings it, what a dirty bitmap says then. What
/// becomes of the bitmap afterwards is nothing to it.
public interface StartsFromBitmap {
  /// The bitmap it wants to know; empty when it wants none, or none any more.
  Optional<Place> startBitmap();

  /// What the bitmap says: the change is decided, and nobody writes yet. The disk of the bitmap is
  /// as long as the node's. To be read at once, for the bits go on being marked.
  void startFrom(DirtyBits bits);

  /// Where a bitmap is.
  ///
  /// @param node whose it is
  record Place(NodeName node, BitmapName bitmap) {}
}
