package io.blockgraph.graph;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// Words in which answers of judge and planner can be compared.
final class JudgeWords {
  private JudgeWords() {}

  /// A graph of the judge, every node and edge with its grant.
  static Set<String> of(PlainGraph graph, PlainRules rules) {
    Set<String> words = new TreeSet<>();
    graph
        .nodes()
        .forEach(
            (name, node) ->
                words.add("node " + name + " " + node.driver() + " " + node.readOnly()));
    graph.users().keySet().forEach(user -> words.add("user " + user));
    for (PlainGraph.Line line : graph.lines()) {
      words.add(
          "edge "
              + line.id()
              + " "
              + line.to()
              + " "
              + rules.taken(line)
              + " "
              + rules.shared(line)
              + " "
              + graph.frozen().getOrDefault(line.id(), "-"));
    }
    return words;
  }

  /// A graph of the planner in the same words.
  static Set<String> of(Topology graph) {
    Set<String> words = new TreeSet<>();
    graph
        .nodes()
        .forEach(
            node -> words.add("node " + node.name() + " " + node.driver() + " " + node.readOnly()));
    graph.users().forEach(user -> words.add("user " + user.id()));
    for (Edge edge : graph.edges()) {
      Grant grant = edge.grant();
      String job = edge.frozenBy().map(UserId::value).orElse("-");
      words.add(
          "edge "
              + edge.id()
              + " "
              + edge.child()
              + " "
              + grant.taken().bits()
              + " "
              + grant.shared().bits()
              + " "
              + job);
    }
    return words;
  }

  /// A refusal of the planner in the words of [PlainRules].
  static String of(Refusal refusal) {
    return switch (refusal) {
      case Refusal.NodeNotFound(NodeName node) -> "NodeNotFound " + node;
      case Refusal.UserNotFound(UserId user) -> "UserNotFound " + user;
      case Refusal.EdgeNotFound(EdgeId edge) -> "EdgeNotFound " + edge;
      case Refusal.NameInUse(String name, String by) -> "NameInUse " + name + " " + by;
      case Refusal.UnknownDriver(NodeName node, DriverName _) -> "UnknownDriver " + node;
      case Refusal.BadShape(NodeName node, String _) -> "BadShape " + node;
      case Refusal.NodeInUse(NodeName node, List<Edge> parents) ->
          "NodeInUse "
              + node
              + " "
              + new TreeSet<>(parents.stream().map(edge -> edge.id().value()).toList());
      case Refusal.EdgeFrozen(Edge edge, UserId by, User.Kind _) ->
          "EdgeFrozen " + edge.id() + " " + by;
      case Refusal.TooDeep(NodeName node, int _) -> "TooDeep " + node;
      case Refusal.WouldCycle(List<Edge> cycle) ->
          isClosed(cycle) ? "WouldCycle" : "not a cycle: " + cycle;
      case Refusal.NodeReadOnly(NodeName node, Permissions wanted, Edge edge) ->
          "NodeReadOnly " + node + " " + edge.id() + " " + wanted.bits();
      case Refusal.PermissionConflict(
              NodeName node,
              Permissions missing,
              Edge requiring,
              Edge unsharing) ->
          "PermissionConflict "
              + node
              + " "
              + requiring.id()
              + " "
              + unsharing.id()
              + " "
              + missing.bits();
      default -> "a planner never says " + refusal;
    };
  }

  private static boolean isClosed(List<Edge> cycle) {
    for (int i = 0; i < cycle.size(); i++) {
      String next = cycle.get((i + 1) % cycle.size()).parent().id();
      if (!cycle.get(i).child().value().equals(next)) {
        return false;
      }
    }
    return !cycle.isEmpty();
  }
}
