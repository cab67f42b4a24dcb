package io.blockgraph.histories;

import io.blockgraph.engine.NodePatch;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.Map;
import java.util.Optional;

/// Changes of one thing about a node.
final class Patches {
  private Patches() {}

  static NodePatch access(NodeSpec.Access access) {
    return new NodePatch(Optional.of(access), Map.of(), Map.of());
  }

  static NodePatch option(String name, Object value) {
    return new NodePatch(Optional.empty(), Map.of(name, Optional.of(value)), Map.of());
  }

  /// Leaves an option as if it had not been given.
  static NodePatch withoutOption(String name) {
    return new NodePatch(Optional.empty(), Map.of(name, Optional.empty()), Map.of());
  }

  static NodePatch child(ChildName child, NodeName node) {
    return new NodePatch(
        Optional.empty(), Map.of(), Map.of(child, new NodePatch.NewChild.To(node)));
  }

  static NodePatch without(ChildName child) {
    return new NodePatch(Optional.empty(), Map.of(), Map.of(child, new NodePatch.NewChild.None()));
  }
}
