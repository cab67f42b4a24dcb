package io.blockgraph.engine;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.Map;
import java.util.Optional;

/// What shall be different about a node; what is not named stays.
///
/// @param access whether it may be written
/// @param options options with their new values; empty for "as if not given"
/// @param children children with their new nodes
public record NodePatch(
    Optional<NodeSpec.Access> access,
    Map<String, Optional<Object>> options,
    Map<ChildName, NewChild> children) {
  /// Copies the maps.
  public NodePatch {
    options = Map.copyOf(options);
    children = Map.copyOf(children);
  }

  /// What a child shall lead to.
  public sealed interface NewChild {
    /// This node.
    record To(NodeName node) implements NewChild {}

    /// Nothing any more.
    record None() implements NewChild {}
  }
}
