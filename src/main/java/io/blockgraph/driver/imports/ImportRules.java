package io.blockgraph.driver.imports;

import io.blockgraph.driver.DiskRules;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.RolePermissions;
import java.util.Optional;

/// The rules of a format without a backing disk: nobody writes or resizes its file.
enum ImportRules implements DiskRules {
  INSTANCE;

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    return RolePermissions.byRole(node, child, parents);
  }

  /// The files of an image are all there from the beginning: none comes or goes.
  @Override
  public ChildCount childCount(NodeSpec node) {
    int listed = node.children().size() - 1;
    return new ChildCount(listed, listed);
  }

  /// An image without its file is none.
  @Override
  public Optional<String> objection(NodeSpec node) {
    return DiskRules.withoutFile(node);
  }
}
