package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;

/// Whether those who use one node get along, and with the node. Pure; safe from any thread.
final class Sharing {
  private static final Permissions WRITING =
      Permissions.of(Permission.WRITE, Permission.WRITE_UNCHANGED);

  private final NodeSpec node;
  private final List<Edge> parents;

  private Sharing(NodeSpec node, List<Edge> parents) {
    this.node = node;
    this.parents = parents;
  }

  /// What `parents` together take and share.
  static Grant together(List<Edge> parents) {
    Grant all = Grant.IDLE;
    for (Edge parent : parents) {
      all = all.and(parent.grant());
    }
    return all;
  }

  /// What stands against `parents`, which are all edges to `node`; `all` is what they together take
  /// and share.
  static Optional<Refusal> objection(NodeSpec node, List<Edge> parents, Grant all) {
    Sharing sharing = new Sharing(node, parents);
    if (!all.taken().minus(all.shared()).isEmpty()) {
      Optional<Refusal> conflict = sharing.conflict();
      if (conflict.isPresent()) {
        return conflict;
      }
    }
    return node.readOnly() && !all.taken().intersect(WRITING).isEmpty()
        ? Optional.of(sharing.writer())
        : Optional.empty();
  }

  /// The first pair of parents of which the one takes what the other does not share. One edge alone
  /// may take what itself does not share. Finding out whether a given edge is in a conflict costs
  /// one look at a count per permission, so that a node with very many parents costs no more than
  /// their number.
  private Optional<Refusal> conflict() {
    int[] unsharing = unsharing();
    for (int i = parents.size() - 1; i >= 0; i--) {
      Edge requiring = parents.get(i);
      if (isUnsharedByOthers(requiring.grant(), unsharing)) {
        return Optional.of(conflictOf(requiring));
      }
    }
    return Optional.empty();
  }

  private int[] unsharing() {
    int[] counts = new int[Permission.values().length];
    for (Edge parent : parents) {
      for (Permission permission : Permissions.ALL.minus(parent.grant().shared()).toList()) {
        counts[permission.ordinal()]++;
      }
    }
    return counts;
  }

  private static boolean isUnsharedByOthers(Grant grant, int[] unsharing) {
    for (Permission permission : grant.taken().toList()) {
      int own = grant.shared().has(permission) ? 0 : 1;
      if (unsharing[permission.ordinal()] > own) {
        return true;
      }
    }
    return false;
  }

  private Refusal conflictOf(Edge requiring) {
    for (Edge other : parents) {
      Permissions missing = requiring.grant().taken().minus(other.grant().shared());
      if (!other.equals(requiring) && !missing.isEmpty()) {
        return new Refusal.PermissionConflict(node.name(), missing, requiring, other);
      }
    }
    throw new IllegalStateException(
        "a counted conflict on node '" + node.name() + "' has no second edge");
  }

  private Refusal writer() {
    for (Edge edge : parents) {
      Permissions wanted = edge.grant().taken().intersect(WRITING);
      if (!wanted.isEmpty()) {
        return new Refusal.NodeReadOnly(node.name(), wanted, edge);
      }
    }
    throw new IllegalStateException("nobody writes to node '" + node.name() + "' after all");
  }
}
