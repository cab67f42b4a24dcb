package io.blockgraph.driver.qcow2;

import io.blockgraph.driver.DiskRules;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.RolePermissions;
import io.blockgraph.graph.Roles;
import java.util.Optional;

/// The rules of a format with a backing disk (requirements 2.3): its file is never written or
/// resized by anybody else; a data file apart is plain data.
enum Qcow2Rules implements DriverRules {
  INSTANCE;

  @Override
  public boolean isFilter() {
    return false;
  }

  @Override
  public boolean supportsBacking() {
    return true;
  }

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    if (child.name().equals(ChildName.BACKING)) {
      return RolePermissions.cow(parents);
    }
    if (child.name().equals(ChildName.DATA_FILE)) {
      return RolePermissions.data(parents);
    }
    return node.child(ChildName.DATA_FILE).isPresent()
        ? RolePermissions.metadata(node, parents)
        : RolePermissions.storage(node, Roles.IMAGE, parents);
  }

  /// An image without its file is none.
  @Override
  public Optional<String> objection(NodeSpec node) {
    return DiskRules.withoutFile(node);
  }
}
