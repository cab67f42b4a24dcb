package io.blockgraph.driver.preallocate;

import io.blockgraph.driver.FilterRules;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.RolePermissions;

/// What parents take and share. While one of them may make the disk longer, nobody else may change
/// it: the filter knows where the data ends, and the rest is its own.
enum PreallocateRules implements FilterRules {
  INSTANCE;

  private static final Permissions GROWTH = Permissions.of(Permission.WRITE, Permission.RESIZE);

  /// Whether somebody with this grant may make the disk longer and write there.
  static boolean lengthens(Grant parents) {
    return GROWTH.minus(parents.taken()).isEmpty();
  }

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    Grant filtered = RolePermissions.filtered(parents);
    return lengthens(parents)
        ? new Grant(filtered.taken(), filtered.shared().minus(GROWTH))
        : filtered;
  }

  @Override
  public String inWords(NodeSpec node, ChildSpec child) {
    return "preallocate takes and shares what its parents take and share; while they write and"
        + " resize it shares neither, for what lies behind their data is its own";
  }
}
