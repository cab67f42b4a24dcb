package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Gives every edge of a wiring its grant, from the top down, and checks each node once all that
/// lead to it have theirs.
final class Granting {
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
    int slot = wiring.firstSlot(node);
    NodeSpec spec = wiring.nodes().get(node);
    Grant parents = Sharing.together(edgesTo(node));
    for (Edge edge : edgesOf(spec, rulesOfNode.get(node), parents, draft)) {
      edges[slot++] = edge;
    }
  }

  /// The edges from `node` to its children, when its parents together take and share `parents`.
  static List<Edge> edgesOf(NodeSpec node, DriverRules rules, Grant parents, Draft draft) {
    Parent parent = new Parent.OfNode(node.name());
    List<Edge> edges = new ArrayList<>(node.children().size());
    for (ChildSpec child : node.children()) {
      edges.add(
          new Edge(
              parent,
              child.name(),
              child.node(),
              child.roles(),
              node.active() ? rules.childGrant(node, child, parents) : Grant.IDLE,
              draft.frozenBy(parent, child.name())));
    }
    return Collections.unmodifiableList(edges);
  }

  private Optional<Refusal> check(int node) {
    List<Edge> parents = edgesTo(node);
    return Sharing.objection(wiring.nodes().get(node), parents, Sharing.together(parents));
  }

  private List<Edge> edgesTo(int node) {
    List<Edge> parents = new ArrayList<>(wiring.incomingCount(node));
    for (int i = 0; i < wiring.incomingCount(node); i++) {
      parents.add(granted(edges[wiring.incoming(node, i)]));
    }
    return parents;
  }

  private static Edge granted(@Nullable Edge edge) {
    if (edge == null) {
      throw new IllegalStateException("an edge was looked at before it had its grant");
    }
    return edge;
  }
}
