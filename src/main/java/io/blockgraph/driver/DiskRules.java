package io.blockgraph.driver;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.NodeSpec;
import java.util.Optional;

/// What every disk says in the graph that is no filter and has no backing disk.
public interface DiskRules extends DriverRules {
  @Override
  default boolean isFilter() {
    return false;
  }

  @Override
  default boolean supportsBacking() {
    return false;
  }

  /// Why a node cannot be when it has no child named `file`, which it shows or is stored in.
  static Optional<String> withoutFile(NodeSpec node) {
    return node.child(ChildName.FILE).isPresent()
        ? Optional.empty()
        : Optional.of("it needs a child '" + ChildName.FILE + "'");
  }
}
