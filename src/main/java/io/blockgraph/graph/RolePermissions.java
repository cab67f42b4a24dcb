package io.blockgraph.graph;

/// What an edge takes and shares by its role alone, given what all parents of the node together
/// take and share.
///
/// Drivers build their [DriverRules#childGrant] on these; the rules are QEMU's default permissions
/// per role, as measured. Pure functions; safe from any thread.
public final class RolePermissions {
  private static final Permissions WRITE_AND_RESIZE =
      Permissions.of(Permission.WRITE, Permission.RESIZE);
  private static final Permissions READERS =
      Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED);

  private RolePermissions() {}

  /// The grant by the roles of `child`: [#filtered], [#cow] or [#storage]; an edge without any of
  /// these roles is idle.
  public static Grant byRole(NodeSpec node, ChildSpec child, Grant parents) {
    Roles roles = child.roles();
    if (roles.has(Role.FILTERED)) {
      return filtered(parents);
    }
    if (roles.has(Role.COW)) {
      return cow(parents);
    }
    return roles.has(Role.METADATA) || roles.has(Role.DATA)
        ? storage(node, roles, parents)
        : Grant.IDLE;
  }

  /// The rule of [#byRole] in a sentence.
  public static String inWords(Roles roles) {
    if (roles.has(Role.FILTERED)) {
      return "a filter takes of its child what its parents take, and shares what they share";
    }
    if (roles.has(Role.COW)) {
      return "a backing disk is read while a parent of the overlay reads, and others may write and"
          + " resize it exactly while these parents share write";
    }
    if (roles.has(Role.METADATA)) {
      return "a format reads its file always, takes write and resize while its node is writable,"
          + " and shares neither with anybody";
    }
    return roles.has(Role.DATA)
        ? "data is used as the parents use the node; resize is taken along with write, and not"
            + " shared"
        : "an edge without a role takes nothing and shares everything";
  }

  /// A filter passes on what its parents take and what they share.
  public static Grant filtered(Grant parents) {
    return parents;
  }

  /// A backing disk is only read, and only if a parent reads. Others may write to it and resize it
  /// exactly when the parents can live with data that changes.
  public static Grant cow(Grant parents) {
    Permissions taken = parents.taken().intersect(Permissions.of(Permission.CONSISTENT_READ));
    boolean changeable = parents.shared().has(Permission.WRITE);
    return new Grant(taken, changeable ? READERS.union(WRITE_AND_RESIZE) : READERS);
  }

  /// The file of a format: first what METADATA asks for, then what DATA asks for, each if `roles`
  /// has it.
  public static Grant storage(NodeSpec node, Roles roles, Grant parents) {
    Grant grant = roles.has(Role.METADATA) ? metadata(node, parents) : parents;
    return roles.has(Role.DATA) ? data(grant) : grant;
  }

  /// Metadata is always read consistently; a writable node may write it and let it grow even when
  /// nobody writes data; nobody else may ever write or resize it.
  public static Grant metadata(NodeSpec node, Grant parents) {
    Permissions taken = parents.taken().with(Permission.CONSISTENT_READ);
    return new Grant(
        node.readOnly() ? taken : taken.union(WRITE_AND_RESIZE),
        parents.shared().minus(WRITE_AND_RESIZE));
  }

  /// Data: writing what is unchanged for the parents may be a real write here (a cluster is
  /// allocated), and a write may be beyond the end of the child; nobody else may resize it.
  public static Grant data(Grant parents) {
    Permissions taken = parents.taken();
    if (taken.has(Permission.WRITE_UNCHANGED)) {
      taken = taken.with(Permission.WRITE);
    }
    if (taken.has(Permission.WRITE)) {
      taken = taken.with(Permission.RESIZE);
    }
    return new Grant(taken, parents.shared().without(Permission.RESIZE));
  }
}
