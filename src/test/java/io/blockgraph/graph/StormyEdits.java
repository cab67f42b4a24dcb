package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Edits by chance of every kind, up to three changes in one plan: also names that change hands,
/// ice that melts, nodes that go and come again, chains of inline nodes, and much that cannot be.
final class StormyEdits {
  private final long seed;
  private final Random random;
  private final RandomEdits common;
  private int next;

  StormyEdits(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
    this.common = new RandomEdits(seed);
  }

  @Override
  public String toString() {
    return "seed " + seed;
  }

  List<GraphEdit> making(int count) {
    return common.making(count);
  }

  List<GraphEdit> changing(Topology graph) {
    List<GraphEdit> edits = new ArrayList<>();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes; i++) {
      edits.addAll(random.nextBoolean() || isBare(graph) ? usual(graph) : rare(graph));
    }
    return edits;
  }

  private static boolean isBare(Topology graph) {
    return graph.users().isEmpty() || graph.edges().isEmpty();
  }

  private List<GraphEdit> usual(Topology graph) {
    if (graph.nodes().isEmpty()) {
      return List.of(add(file("s" + next++)));
    }
    return graph.edges().isEmpty() || graph.nodes().size() > 90
        ? List.of(remove(any(graph.nodes().stream().map(n -> n.name().value()).toList())))
        : common.changing(graph);
  }

  private List<GraphEdit> rare(Topology graph) {
    List<String> names = graph.nodes().stream().map(n -> n.name().value()).toList();
    String one = any(names);
    String two = any(names);
    User user = any(List.copyOf(graph.users()));
    Edge edge = any(List.copyOf(graph.edges()));
    String fresh = "s" + next++;
    return switch (random.nextInt(19)) {
      case 0 -> List.of(new GraphEdit.RemoveUser(user.id()), add(filter(user.id().value(), one)));
      case 1 -> List.of(remove(one), add(reader(one, two)));
      case 2 -> List.of(remove(one), add(format(one, two)));
      case 3 -> List.of(remove(one), add(file(one)));
      case 4 -> List.of(new GraphEdit.RemoveUser(user.id()), add(writer(user.id().value(), one)));
      case 5 -> List.of(new GraphEdit.Unfreeze(edge.id(), user.id()));
      case 6 -> List.of(freeze(edge.id().value(), user.id().value()));
      case 7 ->
          List.of(
              new GraphEdit.SetUserGrant(
                  user.id(), any(user.edges()).name(), new Grant(some(), some())));
      case 8 -> List.of(new GraphEdit.Keep(name(one)));
      case 9 ->
          List.of(
              new GraphEdit.SetOptions(
                  name(one), Options.NONE.with("allowDuplicate", random.nextBoolean())));
      case 10 ->
          List.of(
              add(inline(file(fresh + "f"))),
              add(inline(format(fresh + "i", fresh + "f", one))),
              add(filter(fresh, fresh + "i")));
      case 11 ->
          List.of(new GraphEdit.DetachChild(name(edge.parent().id()), edge.name()), remove(one));
      case 12 ->
          List.of(add(random.nextBoolean() ? reader(fresh, "nobody") : job(fresh, one, two)));
      case 13 -> List.of(add(inline(file(fresh))));
      case 14 -> List.of(add(filter(fresh + "f", one)), add(quorum(fresh, fresh + "f", two)));
      case 15 -> aboutAQuorum(graph, two);
      case 16 -> List.of(add(quorum(fresh, one, two)));
      case 17 -> List.of(add(verify(fresh, one, two)));
      default -> List.of(new GraphEdit.MoveParents(name(one), name(two), Set.of(edge.id())));
    };
  }

  /// Two votes for one disk: at once, or because a filter is turned to it; allowed, or not any
  /// more.
  private List<GraphEdit> aboutAQuorum(Topology graph, String disk) {
    List<NodeSpec> quorums =
        graph.nodes().stream().filter(n -> n.driver().equals(TestRules.QUORUM)).toList();
    if (quorums.isEmpty() || random.nextInt(4) == 0) {
      return List.of(
          add(
              quorum("s" + next++, disk, disk)
                  .withOptions(Options.NONE.with("allowDuplicate", true))));
    }
    NodeSpec quorum = any(quorums);
    NodeSpec vote = graph.node(any(quorum.children()).node()).orElseThrow();
    boolean filter = vote.driver().equals(TestRules.FILTER);
    return filter
        ? List.of(replace(vote.name().value(), "file", any(quorum.children()).node().value()))
        : List.of(
            new GraphEdit.SetOptions(
                quorum.name(), Options.NONE.with("allowDuplicate", random.nextBoolean())));
  }

  private Permissions some() {
    return new Permissions(random.nextInt(Permissions.ALL.bits() + 1));
  }

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
