package io.blockgraph.engine.bitmap;

import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.UserId;

/// Why a bitmap cannot be changed as it was asked. Nothing has changed.
public sealed interface BitmapRefusal {
  /// Where the bitmap is, or would be.
  NodeName node();

  /// There is no such bitmap on the node.
  record NotFound(NodeName node, BitmapName bitmap) implements BitmapRefusal {}

  /// The node has a bitmap of this name.
  record NameInUse(NodeName node, BitmapName bitmap) implements BitmapRefusal {}

  /// A user has the bitmap.
  record Busy(NodeName node, BitmapName bitmap, UserId user) implements BitmapRefusal {}

  /// The bitmap does not know of everything that was written; it can only be removed.
  record Inconsistent(NodeName node, BitmapName bitmap) implements BitmapRefusal {}

  /// The node cannot have bitmaps, or none of this kind, for the reason given.
  record Unsupported(NodeName node, String reason) implements BitmapRefusal {}

  /// The bitmaps lie in an image that may only be read.
  record ReadOnly(NodeName node, BitmapName bitmap) implements BitmapRefusal {}

  /// The disks of two bitmaps are not of one length.
  record SizesDiffer(NodeName node, long bytes, NodeName source, long sourceBytes)
      implements BitmapRefusal {}

  /// When the whole disk is written the bits would take more memory than they may.
  ///
  /// @param wantedBytes what would be needed
  /// @param allowedBytes what there is
  record TooLarge(NodeName node, long wantedBytes, long allowedBytes) implements BitmapRefusal {}
}
