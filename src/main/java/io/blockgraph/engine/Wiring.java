package io.blockgraph.engine;

import io.blockgraph.driver.Children;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Topology;
import java.util.List;

/// How nodes see their children.
///
/// @param anew nodes that are bound or opened anew though they stay what they are
/// @param bitmaps what becomes of bitmaps
record Wiring(Seeing seeing, Change.Anew anew, List<BitmapEdit> bitmaps) {
  /// As they are.
  static Wiring plain(Change.Held held) {
    return new Wiring((_, _, children) -> children, held.anew(), held.bitmaps());
  }

  /// What a node sees of its children.
  interface Seeing {
    /// The same children, perhaps each behind something.
    Children of(NodeSpec parent, Topology topology, Children children);
  }
}
