package io.blockgraph.driver.raw;

import io.blockgraph.driver.DiskRules;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.RolePermissions;
import java.util.Optional;

/// The whole file is used the way its parents use the disk; a window also forbids others to resize
/// the file. Neither takes WRITE or RESIZE unless a parent does: a raw disk never writes for itself
/// (requirements 2.3).
enum RawRules implements DiskRules {
  INSTANCE;

  private static final Permissions ONLY_FOR_PARENTS =
      Permissions.of(Permission.WRITE, Permission.RESIZE);

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    if (Window.of(node.options()).isWhole()) {
      return RolePermissions.filtered(parents);
    }
    Grant asData = RolePermissions.data(parents);
    Permissions asked = parents.taken().intersect(ONLY_FOR_PARENTS);
    return new Grant(asData.taken().minus(ONLY_FOR_PARENTS).union(asked), asData.shared());
  }

  @Override
  public String inWords(NodeSpec node, ChildSpec child) {
    return "a raw disk uses its file as its parents use the disk"
        + (Window.of(node.options()).isWhole() ? "" : ", and lets nobody resize it");
  }

  /// There is nothing to show without the file.
  @Override
  public Optional<String> objection(NodeSpec node) {
    return DiskRules.withoutFile(node);
  }
}
