package io.blockgraph.driver;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;

/// The say in the graph of a filter that copies before it lets a write pass.
///
/// `file` takes what the parents take, and consistent-read along with write: old bytes have to be
/// read. It shares neither write nor resize: what is written beside the filter would be missing
/// from the past. (QEMU begins with that when the filter has parents; here its moment begins when
/// it opens.) `target` takes write and shares all but resize, as in QEMU: where the target is an
/// overlay over the file, those who write the file write its backing disk.
public enum CopyBeforeWriteRules implements FilterRules {
  /// The rules have no state.
  INSTANCE;

  /// The edge to the disk that is copied to.
  public static final ChildName TARGET = new ChildName("target");

  /// The roles of that edge.
  public static final Roles TARGET_ROLES = Roles.of(Role.DATA);

  private static final Permissions CHANGES = Permissions.of(Permission.WRITE, Permission.RESIZE);

  private static final Grant TARGET_GRANT =
      new Grant(Permissions.of(Permission.WRITE), Permissions.ALL.without(Permission.RESIZE));

  @Override
  public Grant childGrant(NodeSpec node, ChildSpec child, Grant parents) {
    if (!child.roles().has(Role.FILTERED)) {
      return TARGET_GRANT;
    }
    boolean writes = parents.taken().has(Permission.WRITE);
    return new Grant(
        writes ? parents.taken().with(Permission.CONSISTENT_READ) : parents.taken(),
        parents.shared().minus(CHANGES));
  }

  @Override
  public String inWords(NodeSpec node, ChildSpec child) {
    return child.roles().has(Role.FILTERED)
        ? "copy-before-write takes what its parents take, and reads before they write; it shares"
            + " neither write nor resize: what is changed beside it could not be copied before"
        : "copy-before-write writes old bytes to its target, and shares all but resize, for its"
            + " target may be an overlay over the disk that others write";
  }
}
