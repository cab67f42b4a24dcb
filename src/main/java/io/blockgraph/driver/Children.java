package io.blockgraph.driver;

import io.blockgraph.block.BlockIo;
import io.blockgraph.graph.ChildName;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The bound children of a node, in the driver's order. Immutable.
///
/// @param byName each child under its edge's name
public record Children(Map<ChildName, BlockIo> byName) {
  /// No children.
  public static final Children NONE = new Children(Map.of());

  /// Copies `byName`, keeping its order.
  public Children {
    byName = Collections.unmodifiableMap(new LinkedHashMap<>(byName));
  }

  /// The child of that name.
  public Optional<BlockIo> find(ChildName name) {
    return Optional.ofNullable(byName.get(name));
  }

  /// The child that the driver's rules guarantee to be there.
  public BlockIo get(ChildName name) {
    BlockIo io = byName.get(name);
    if (io == null) {
      throw new IllegalStateException("no child '" + name + "' among " + byName.keySet());
    }
    return io;
  }
}
