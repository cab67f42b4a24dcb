package io.blockgraph.driver;

import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverRules;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.RolePermissions;

/// What every filter says in the graph: it shows the data of its FILTERED child, has no backing
/// disk, and each child is taken and shared by its role. A filter overrides what is special about
/// it.
public interface FilterRules extends DriverRules {
  @Override
  default boolean isFilter() {
    return true;
  }

  @Override
  default boolean supportsBacking() {
    return false;
  }

  @Override
  default Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    return RolePermissions.byRole(node, child, parents);
  }
}
