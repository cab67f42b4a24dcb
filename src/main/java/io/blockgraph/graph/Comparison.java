package io.blockgraph.graph;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A comparison of two graphs. It looks at nothing but what was touched on the way from one to the
/// other, if the way is known and not too long; else at everything.
final class Comparison {
  /// So many plans may lie between two graphs, as within one transaction, before all is compared.
  private static final int MOST_STEPS = 100;

  private final Topology before;
  private final Topology after;

  /// What was touched; null when that is not known.
  private final @Nullable Touched touched;

  /// All in which two graphs can differ.
  private record Touched(Set<NodeName> nodes, Set<UserId> users, Set<String> parents) {
    Touched() {
      this(new HashSet<>(), new HashSet<>(), new HashSet<>());
    }

    void add(Step step) {
      nodes.addAll(step.nodes());
      users.addAll(step.users());
      parents.addAll(step.parents());
    }
  }

  Comparison(Topology before, Topology after) {
    this.before = before;
    this.after = after;
    this.touched = touched(before, after);
  }

  /// Graphs are the same when they are one object: what is equal need not be.
  @SuppressWarnings("ReferenceEquality")
  private static @Nullable Touched touched(Topology before, Topology after) {
    Touched touched = new Touched();
    @Nullable Topology at = after;
    for (int steps = 0; at != null && steps < MOST_STEPS; steps++) {
      if (at == before) {
        return touched;
      }
      touched.add(at.step());
      at = at.step().from().get();
    }
    return null;
  }

  GraphDiff diff() {
    List<NodeSpec> nodesBefore = nodes(before);
    List<NodeSpec> nodesAfter = nodes(after);
    List<Edge> edgesBefore = edges(before);
    List<Edge> edgesAfter = edges(after);
    return new GraphDiff(
        nodesAfter.stream().filter(node -> before.node(node.name()).isEmpty()).toList(),
        nodesBefore.stream().filter(node -> after.node(node.name()).isEmpty()).toList(),
        nodesAfter.stream()
            .filter(node -> before.node(node.name()).filter(old -> !old.equals(node)).isPresent())
            .toList(),
        users(after).stream().filter(user -> before.user(user.id()).isEmpty()).toList(),
        users(before).stream().filter(user -> after.user(user.id()).isEmpty()).toList(),
        users(after).stream()
            .filter(
                user ->
                    before
                        .user(user.id())
                        .filter(old -> !old.options().equals(user.options()))
                        .isPresent())
            .toList(),
        edgesAfter.stream().filter(edge -> before.edge(edge.id()).isEmpty()).toList(),
        edgesBefore.stream().filter(edge -> after.edge(edge.id()).isEmpty()).toList(),
        edgesAfter.stream().flatMap(edge -> changed(edge).stream()).toList());
  }

  private Optional<GraphDiff.EdgeChange> changed(Edge edge) {
    return before
        .edge(edge.id())
        .filter(old -> !old.equals(edge))
        .map(old -> new GraphDiff.EdgeChange(old, edge));
  }

  private List<NodeSpec> nodes(Topology graph) {
    return touched == null
        ? List.copyOf(graph.nodes())
        : graph.members().nodes().among(touched.nodes());
  }

  private List<User> users(Topology graph) {
    return touched == null
        ? List.copyOf(graph.users())
        : graph.members().users().among(touched.users());
  }

  private List<Edge> edges(Topology graph) {
    if (touched == null) {
      return List.copyOf(graph.edges());
    }
    Set<NodeName> nodes = new LinkedHashSet<>();
    Set<UserId> users = new LinkedHashSet<>();
    touched.parents().forEach(id -> nodes.add(new NodeName(id)));
    touched.parents().forEach(id -> users.add(new UserId(id)));
    return Stream.concat(
            graph.members().nodes().among(nodes).stream()
                .map(node -> graph.childrenOf(node.name())),
            graph.members().users().among(users).stream().map(user -> graph.edgesOf(user.id())))
        .flatMap(Collection::stream)
        .toList();
  }
}
