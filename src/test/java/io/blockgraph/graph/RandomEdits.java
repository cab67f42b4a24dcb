package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Edits by chance, most of which a healthy graph can take.
final class RandomEdits {
  private final Random random;
  private int next;

  RandomEdits(long seed) {
    this.random = new Random(seed);
  }

  /// Edits that make `count` nodes: chains of formats on files, filters and quorums on them.
  List<GraphEdit> making(int count) {
    List<GraphEdit> edits = new ArrayList<>();
    List<String> roots = new ArrayList<>();
    while (edits.size() < count) {
      NodeSpec node = another(roots);
      node.children().forEach(child -> roots.remove(child.node().value()));
      roots.add(node.name().value());
      edits.add(add(node));
    }
    return edits;
  }

  private NodeSpec another(List<String> roots) {
    String name = "n" + next++;
    int kind = roots.size() < 4 ? 0 : random.nextInt(10);
    if (kind < 4) {
      return file(name);
    }
    String one = roots.get(random.nextInt(roots.size()));
    String two = roots.get(random.nextInt(roots.size()));
    return kind < 5
        ? filter(name, one)
        : kind < 6 || one.equals(two)
            ? format(name, one)
            : kind < 9 ? format(name, one, two) : quorum(name, one, two);
  }

  /// One change to `graph`: often one edit, sometimes a pair that belongs together.
  List<GraphEdit> changing(Topology graph) {
    List<NodeSpec> nodes = List.copyOf(graph.nodes());
    List<Edge> edges = List.copyOf(graph.edges());
    String one = nodes.get(random.nextInt(nodes.size())).name().value();
    String two = nodes.get(random.nextInt(nodes.size())).name().value();
    Edge edge = edges.get(random.nextInt(edges.size()));
    String fresh = "m" + next++;
    return switch (random.nextInt(15)) {
      case 0 -> List.of(add(format(fresh, one)));
      case 1 -> List.of(add(filter(fresh, one)), move(one, fresh));
      case 2 ->
          List.of(
              add(inline(file(fresh + "f"))),
              add(format(fresh, fresh + "f", one)),
              move(one, fresh));
      case 3 -> List.of(remove(one));
      case 4 -> List.of(add(random.nextBoolean() ? reader(fresh, one) : writer(fresh, one)));
      case 5 -> List.of(add(job(fresh, one, two)), freeze(edge.id().value(), fresh));
      case 6 -> removalOfSomeUser(graph);
      case 7 ->
          List.of(new GraphEdit.ReplaceChild(name(edge.parent().id()), edge.name(), name(one)));
      case 8 -> List.of(new GraphEdit.DetachChild(name(edge.parent().id()), edge.name()));
      case 9 -> List.of(new GraphEdit.AttachChild(name(one), backing(two)));
      case 10 -> List.of(move(one, two));
      case 11 -> List.of(new GraphEdit.MoveParents(name(one), name(two), Set.of(edge.id())));
      case 12 ->
          List.of(new GraphEdit.SetAccess(name(one), NodeSpec.Access.values()[random.nextInt(2)]));
      case 13 -> turnOfSomeUser(graph, one);
      default ->
          List.of(
              new GraphEdit.AttachChild(
                  name(one),
                  new ChildSpec(ChildName.indexed(next), Roles.of(Role.DATA), name(two))));
    };
  }

  private List<GraphEdit> turnOfSomeUser(Topology graph, String to) {
    List<User> users = List.copyOf(graph.users());
    if (users.isEmpty()) {
      return List.of();
    }
    User user = users.get(random.nextInt(users.size()));
    ChildName edge = user.edges().get(random.nextInt(user.edges().size())).name();
    return List.of(new GraphEdit.ReplaceUserEdge(user.id(), edge, name(to)));
  }

  private List<GraphEdit> removalOfSomeUser(Topology graph) {
    List<User> users = List.copyOf(graph.users());
    return users.isEmpty()
        ? List.of()
        : List.of(new GraphEdit.RemoveUser(users.get(random.nextInt(users.size())).id()));
  }
}
