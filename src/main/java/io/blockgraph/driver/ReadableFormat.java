package io.blockgraph.driver;

import io.blockgraph.block.BlockIo;
import java.util.Map;

/// A driver whose images can be described and checked without a node. Those that can be made as
/// well are [ImageFormat]s.
public interface ReadableFormat {
  /// What an image says of itself; nothing in it is followed. Plain values as in
  /// [io.blockgraph.graph.Options].
  ///
  /// @throws io.blockgraph.block.BlockException BAD_IMAGE naming field, offset and value
  Map<String, Object> describe(BlockIo file);

  /// Looks whether an image is consistent; changes nothing.
  ImageFormat.CheckReport check(BlockIo file);
}
