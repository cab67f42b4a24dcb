package io.blockgraph.driver.luks;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.RolePermissions;
import java.util.Optional;

/// The file holds the data, and a header that is only read.
enum LuksRules implements DriverRules {
  INSTANCE;

  @Override
  public boolean isFilter() {
    return false;
  }

  @Override
  public boolean supportsBacking() {
    return false;
  }

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    return RolePermissions.data(parents);
  }

  @Override
  public Optional<String> objection(NodeSpec node) {
    return node.child(ChildName.FILE).isPresent()
        ? Optional.empty()
        : Optional.of("it needs a child '" + ChildName.FILE + "'");
  }
}
