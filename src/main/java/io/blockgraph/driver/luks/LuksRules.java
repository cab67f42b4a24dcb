package io.blockgraph.driver.luks;

import io.blockgraph.driver.DiskRules;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.RolePermissions;
import java.util.Optional;

/// The file holds the data, and a header that changes only with its keys: who changes them takes
/// WRITE_UNCHANGED of the node, which is WRITE of the file.
enum LuksRules implements DiskRules {
  INSTANCE;

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    return RolePermissions.data(parents);
  }

  @Override
  public Optional<String> objection(NodeSpec node) {
    return DiskRules.withoutFile(node);
  }
}
