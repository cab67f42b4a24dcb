package io.blockgraph.driver.raw;

import io.blockgraph.block.BlockException;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Options;
import java.util.OptionalLong;

/// Which part of its file a raw disk shows.
///
/// @param offset where it begins, in bytes of the file
/// @param size how long it is; empty when it reaches to the end of the file, wherever that is
record Window(long offset, OptionalLong size) {
  static Window of(Options options) {
    OptionalLong size = options.number("size").map(OptionalLong::of).orElse(OptionalLong.empty());
    return new Window(options.number("offset").orElse(0L), size);
  }

  /// Whether it is the whole file, also when the file grows.
  boolean isWhole() {
    return offset == 0 && size.isEmpty();
  }

  /// How long it is over a file of `fileBytes`.
  long sizeOver(long fileBytes) {
    return size.orElse(Math.max(0, fileBytes - offset));
  }

  /// Checks that the window lies within the file.
  ///
  /// @throws BlockException INVALID naming the option
  void requireWithin(NodeName node, long fileBytes) {
    if (offset > fileBytes) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "node '"
              + node
              + "': offset "
              + offset
              + " is behind the end of a file of "
              + fileBytes
              + " bytes");
    }
    if (size.isPresent() && size.getAsLong() > fileBytes - offset) {
      throw new BlockException(
          BlockException.Kind.INVALID,
          "node '"
              + node
              + "': size "
              + size.getAsLong()
              + " at offset "
              + offset
              + " reaches behind the end of a file of "
              + fileBytes
              + " bytes");
    }
  }
}
