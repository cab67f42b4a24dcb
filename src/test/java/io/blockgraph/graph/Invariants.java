package io.blockgraph.graph;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What is true of every topology, checked from its edges alone.
public final class Invariants {
  private Invariants() {}

  /// Fails unless all of it is true of `graph`.
  public static void hold(Topology graph) {
    edgesAndIndexesAgree(graph);
    hasNoCycle(graph);
    for (NodeSpec node : graph.nodes()) {
      parentsGetAlong(graph, node);
      assertThat(node.origin() == NodeSpec.Origin.INLINE && graph.parentsOf(node.name()).isEmpty())
          .as("inline node '%s' without a parent", node.name())
          .isFalse();
    }
  }

  private static void edgesAndIndexesAgree(Topology graph) {
    int specified = graph.nodes().stream().mapToInt(node -> node.children().size()).sum();
    int held = graph.users().stream().mapToInt(user -> user.edges().size()).sum();
    assertThat(graph.edges()).hasSize(specified + held);
    int parents = 0;
    int children = 0;
    for (NodeSpec node : graph.nodes()) {
      parents += graph.parentsOf(node.name()).size();
      children += graph.childrenOf(node.name()).size();
      assertThat(graph.childrenOf(node.name()).stream().map(Edge::child))
          .isEqualTo(node.children().stream().map(ChildSpec::node).toList());
      assertThat(graph.user(new UserId(node.name().value()))).isEmpty();
    }
    assertThat(parents).isEqualTo(specified + held);
    assertThat(children).isEqualTo(specified);
    for (Edge edge : graph.edges()) {
      assertThat(graph.node(edge.child())).isPresent();
      assertThat(edge.frozenBy().stream().allMatch(job -> graph.user(job).isPresent())).isTrue();
    }
  }

  private static void hasNoCycle(Topology graph) {
    Map<NodeName, Integer> height = new HashMap<>();
    graph.nodes().forEach(node -> height(graph, node.name(), height, new HashSet<>()));
  }

  private static int height(
      Topology graph, NodeName node, Map<NodeName, Integer> known, Set<NodeName> above) {
    if (!known.containsKey(node)) {
      assertThat(above.add(node)).as("node '%s' is below itself", node).isTrue();
      int below = 0;
      for (Edge edge : graph.childrenOf(node)) {
        below = Math.max(below, height(graph, edge.child(), known, above));
      }
      above.remove(node);
      assertThat(below).isLessThan(Planner.DEFAULT_MAX_DEPTH);
      known.put(node, below + 1);
    }
    return known.get(node);
  }

  private static void parentsGetAlong(Topology graph, NodeSpec node) {
    List<Edge> parents = graph.parentsOf(node.name());
    for (Edge one : parents) {
      boolean writes =
          one.grant().taken().has(Permission.WRITE)
              || one.grant().taken().has(Permission.WRITE_UNCHANGED);
      assertThat(writes && node.readOnly()).as("%s writes", one).isFalse();
      for (Edge other : parents) {
        boolean clash = (one.grant().taken().bits() & ~other.grant().shared().bits()) != 0;
        assertThat(clash && !one.id().equals(other.id())).as("%s against %s", one, other).isFalse();
      }
    }
  }
}
