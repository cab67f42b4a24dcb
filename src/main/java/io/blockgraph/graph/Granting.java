package io.blockgraph.graph;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Gives every edge of a wiring its grant, from the top down, and checks each node once all that
/// lead to it have theirs.
final class Granting {
  private static final Permissions WRITING =
      Permissions.of(Permission.WRITE, Permission.WRITE_UNCHANGED);

  private final Wiring wiring;
  private final List<DriverRules> rulesOfNode;
  private final Draft draft;
  private final @Nullable Edge[] edges;

  Granting(Wiring wiring, List<DriverRules> rulesOfNode, Draft draft) {
    this.wiring = wiring;
    this.rulesOfNode = rulesOfNode;
    this.draft = draft;
    this.edges = new @Nullable Edge[wiring.slots()];
  }

  /// Every edge, in the order of the slots; only after [#topDown] found nothing to refuse.
  List<Edge> edges() {
    return Arrays.stream(edges).map(Granting::granted).toList();
  }

  /// The first refusal going through the nodes in `order`, each of which comes after all of its
  /// parents.
  Optional<Refusal> topDown(int[] order) {
    addUserEdges();
    for (int node : order) {
      Optional<Refusal> refusal = check(node);
      if (refusal.isPresent()) {
        return refusal;
      }
      addChildEdges(node);
    }
    return Optional.empty();
  }

  private void addUserEdges() {
    int slot = wiring.nodeSlots();
    for (User user : wiring.users()) {
      for (User.UserEdge edge : user.edges()) {
        edges[slot++] = edge.edgeOf(user);
      }
    }
  }

  private void addChildEdges(int node) {
    NodeSpec spec = wiring.nodes().get(node);
    Grant parents = grantOn(node);
    Parent parent = new Parent.OfNode(spec.name());
    int slot = wiring.firstSlot(node);
    for (ChildSpec child : spec.children()) {
      Grant grant = rulesOfNode.get(node).childGrant(spec, child, parents);
      edges[slot++] =
          new Edge(
              parent,
              child.name(),
              child.node(),
              child.roles(),
              grant,
              draft.frozenBy(parent, child.name()));
    }
  }

  private Grant grantOn(int node) {
    Grant all = Grant.IDLE;
    for (int i = 0; i < wiring.incomingCount(node); i++) {
      all = all.and(incoming(node, i).grant());
    }
    return all;
  }

  private Optional<Refusal> check(int node) {
    Grant all = grantOn(node);
    if (!all.taken().minus(all.shared()).isEmpty()) {
      Optional<Refusal> conflict = conflict(node);
      if (conflict.isPresent()) {
        return conflict;
      }
    }
    NodeSpec spec = wiring.nodes().get(node);
    return spec.readOnly() && !all.taken().intersect(WRITING).isEmpty()
        ? Optional.of(writer(node))
        : Optional.empty();
  }

  /// The first pair of parents of which the one takes what the other does not share. One edge alone
  /// may take what itself does not share. Finding out whether a given edge is in a conflict costs
  /// one look at a count per permission, so that a node with very many parents costs no more than
  /// their number.
  private Optional<Refusal> conflict(int node) {
    int[] unsharing = unsharing(node);
    for (int i = wiring.incomingCount(node) - 1; i >= 0; i--) {
      Edge requiring = incoming(node, i);
      if (isUnsharedByOthers(requiring.grant(), unsharing)) {
        return Optional.of(conflictOf(node, requiring));
      }
    }
    return Optional.empty();
  }

  private int[] unsharing(int node) {
    int[] counts = new int[Permission.values().length];
    for (int i = 0; i < wiring.incomingCount(node); i++) {
      for (Permission permission :
          Permissions.ALL.minus(incoming(node, i).grant().shared()).toList()) {
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

  private Refusal conflictOf(int node, Edge requiring) {
    for (int i = 0; i < wiring.incomingCount(node); i++) {
      Edge other = incoming(node, i);
      Permissions missing = requiring.grant().taken().minus(other.grant().shared());
      if (!other.equals(requiring) && !missing.isEmpty()) {
        return new Refusal.PermissionConflict(
            wiring.nodes().get(node).name(), missing, requiring, other);
      }
    }
    throw new IllegalStateException("a counted conflict on node " + node + " has no second edge");
  }

  private Refusal writer(int node) {
    for (int i = 0; i < wiring.incomingCount(node); i++) {
      Edge edge = incoming(node, i);
      Permissions wanted = edge.grant().taken().intersect(WRITING);
      if (!wanted.isEmpty()) {
        return new Refusal.NodeReadOnly(wiring.nodes().get(node).name(), wanted, edge);
      }
    }
    throw new IllegalStateException("nobody writes to node " + node + " after all");
  }

  private Edge incoming(int node, int index) {
    return granted(edges[wiring.incoming(node, index)]);
  }

  private static Edge granted(@Nullable Edge edge) {
    if (edge == null) {
      throw new IllegalStateException("an edge was looked at before it had its grant");
    }
    return edge;
  }
}
