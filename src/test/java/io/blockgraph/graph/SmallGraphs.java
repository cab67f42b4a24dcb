package io.blockgraph.graph;

import static io.blockgraph.graph.TestGraphs.*;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// All graphs of a few nodes, and all edits that can be asked of one.
///
/// Nodes are `a`, `b`, ... and use only nodes of earlier letters, which leaves out nothing but
/// other names for the same graph. Every node is a file, a filter, a format with or without a
/// backing disk, a quorum of one or two, or a filter that compares two sides.
final class SmallGraphs {
  private static final String LETTERS = "abcdefgh";

  private SmallGraphs() {}

  /// Every list of edits that makes a graph of exactly `count` nodes out of nothing; not all of
  /// them are valid.
  static Stream<List<GraphEdit>> ofNodes(int count) {
    return wirings(count).flatMap(SmallGraphs::dressed);
  }

  /// The same with nothing but nodes: all writable, all named, no users.
  static Stream<List<GraphEdit>> bareOfNodes(int count) {
    return wirings(count).map(SmallGraphs::added);
  }

  /// The same with a writer at the last node.
  static Stream<List<GraphEdit>> writtenOfNodes(int count) {
    return wirings(count)
        .map(nodes -> with(added(nodes), add(writer("x", nodes.getLast().name().value()))));
  }

  private static Stream<List<NodeSpec>> wirings(int count) {
    return count == 0
        ? Stream.of(List.of())
        : wirings(count - 1).flatMap(nodes -> nodesAbove(nodes).map(node -> with(nodes, node)));
  }

  private static Stream<NodeSpec> nodesAbove(List<NodeSpec> nodes) {
    return nodesOver(
        letter(nodes.size()), nodes.stream().map(node -> node.name().value()).toList());
  }

  private static Stream<NodeSpec> nodesOver(String name, List<String> below) {
    List<NodeSpec> all = new ArrayList<>(List.of(file(name)));
    for (String child : below) {
      all.add(filter(name, child));
      all.add(format(name, child));
      all.add(quorum(name, child));
      below.forEach(backing -> all.add(format(name, child, backing)));
      below.stream()
          .filter(other -> other.compareTo(child) > 0)
          .forEach(other -> all.add(quorum(name, child, other)));
      below.stream()
          .filter(other -> !other.equals(child))
          .forEach(other -> all.add(verify(name, child, other)));
    }
    return all.stream();
  }

  /// The nodes with each of: a reader or a writer at any node; a read-only node, with or without a
  /// reader on top; all below the top inline; a job that has frozen any edge.
  private static Stream<List<GraphEdit>> dressed(List<NodeSpec> nodes) {
    List<List<GraphEdit>> all = new ArrayList<>(List.of(added(nodes)));
    NodeSpec top = nodes.getLast();
    for (NodeSpec node : nodes) {
      String name = node.name().value();
      all.add(with(added(nodes), add(reader("x", name))));
      all.add(with(added(nodes), add(writer("x", name))));
      List<GraphEdit> frostyNodes =
          added(nodes.stream().map(n -> n.equals(node) ? readOnly(n) : n).toList());
      all.add(frostyNodes);
      all.add(with(frostyNodes, add(reader("x", top.name().value()))));
      for (ChildSpec child : node.children()) {
        String edge = name + ":" + child.name();
        all.add(with(with(added(nodes), add(job("j", child.node().value()))), freeze(edge, "j")));
      }
    }
    all.add(
        with(
            added(nodes.stream().map(n -> n.equals(top) ? n : inline(n)).toList()),
            add(job("j", "a"))));
    all.add(added(nodes.stream().map(n -> n.equals(top) ? n : inline(n)).toList()));
    return all.stream();
  }

  /// Every edit of every kind that means something in `graph`, and the pairs that real changes are
  /// made of.
  static List<List<GraphEdit>> editsOf(Topology graph) {
    List<List<GraphEdit>> all = new ArrayList<>();
    List<String> nodes = names(graph.nodes().stream().map(NodeSpec::name));
    for (String node : nodes) {
      aboutNode(node, all);
      nodes.forEach(other -> aboutPair(graph, node, other, all));
    }
    for (Edge edge : graph.edges()) {
      aboutEdge(edge, nodes, all);
    }
    graph.users().forEach(user -> aboutUser(user, nodes, all));
    aboutStrangers(nodes, all);
    return all;
  }

  private static void aboutNode(String node, List<List<GraphEdit>> all) {
    all.add(List.of(remove(node)));
    for (NodeSpec.Access access : NodeSpec.Access.values()) {
      all.add(List.of(new GraphEdit.SetAccess(name(node), access)));
    }
    all.add(List.of(new GraphEdit.Keep(name(node))));
    all.add(List.of(add(reader("y", node))));
    all.add(List.of(add(writer("y", node))));
    all.add(
        List.of(
            add(user("y", User.Kind.JOB, node, READ, Permissions.of(Permission.WRITE_UNCHANGED)))));
    all.add(
        List.of(
            add(
                user(
                    "y",
                    User.Kind.COMMAND,
                    node,
                    Permissions.of(Permission.RESIZE),
                    Permissions.ALL))));
    all.add(List.of(add(filter("new", node)), move(node, "new")));
    all.add(List.of(add(inline(filter("new", node)))));
    for (Roles roles :
        List.of(
            Roles.of(Role.FILTERED, Role.COW),
            Roles.of(Role.COW, Role.PRIMARY),
            Roles.of(Role.FILTERED, Role.DATA),
            Roles.of(Role.METADATA),
            Roles.of(Role.PRIMARY),
            Roles.NONE)) {
      all.add(
          List.of(
              new GraphEdit.AttachChild(
                  name(node),
                  new ChildSpec(
                      roles.has(Role.COW) ? ChildName.BACKING : new ChildName("odd"),
                      roles,
                      name("a")))));
    }
  }

  private static void aboutPair(
      Topology graph, String node, String other, List<List<GraphEdit>> all) {
    GraphEdit backing = new GraphEdit.AttachChild(name(node), backing(other));
    ChildSpec vote = new ChildSpec(ChildName.indexed(7), Roles.of(Role.DATA), name(other));
    ChildSpec second = new ChildSpec(new ChildName("second"), Roles.FILTER, name(other));
    ChildSpec base = new ChildSpec(new ChildName("base"), Roles.BACKING, name(other));
    ChildSpec file = new ChildSpec(ChildName.FILE, Roles.of(Role.METADATA), name(node));
    ChildSpec odd = new ChildSpec(ChildName.BACKING, Roles.of(Role.COW, Role.PRIMARY), name(other));
    all.add(List.of(backing));
    all.add(List.of(backing, new GraphEdit.AttachChild(name(node), base)));
    all.add(List.of(add(node("new", TestRules.FORMAT, file, base))));
    all.add(List.of(add(node("new", TestRules.FORMAT, file, backing(other)))));
    all.add(List.of(add(node("new", TestRules.FORMAT, file, odd))));
    all.add(List.of(backing, move(other, node)));
    all.add(List.of(new GraphEdit.AttachChild(name(node), vote)));
    all.add(List.of(new GraphEdit.AttachChild(name(node), second)));
    all.add(List.of(move(node, other)));
    if (!node.equals(other)) {
      all.add(List.of(remove(node), remove(other)));
      all.add(List.of(new GraphEdit.Keep(name(node)), remove(other)));
      graph.parentsOf(name(node)).stream()
          .findFirst()
          .ifPresent(
              kept ->
                  all.add(
                      List.of(
                          new GraphEdit.MoveParents(name(node), name(other), Set.of(kept.id())))));
    }
  }

  private static void aboutEdge(Edge edge, List<String> nodes, List<List<GraphEdit>> all) {
    String id = edge.id().value();
    all.add(List.of(add(job("k", "a")), freeze(id, "k")));
    all.add(List.of(freeze(id, "nobody")));
    all.add(List.of(new GraphEdit.Unfreeze(edge.id(), new UserId("j"))));
    all.add(List.of(new GraphEdit.Unfreeze(edge.id(), new UserId("nobody"))));
    if (edge.parent() instanceof Parent.OfNode(NodeName parent)) {
      all.add(List.of(new GraphEdit.DetachChild(parent, edge.name())));
      nodes.forEach(
          with -> all.add(List.of(new GraphEdit.ReplaceChild(parent, edge.name(), name(with)))));
      all.add(
          List.of(
              new GraphEdit.AttachChild(
                  parent, new ChildSpec(edge.name(), Roles.of(Role.DATA), name("a")))));
    }
  }

  private static void aboutUser(User user, List<String> nodes, List<List<GraphEdit>> all) {
    all.add(List.of(new GraphEdit.RemoveUser(user.id())));
    for (User.UserEdge edge : user.edges()) {
      for (String with : nodes) {
        GraphEdit turn = new GraphEdit.ReplaceUserEdge(user.id(), edge.name(), name(with));
        all.add(List.of(turn));
        all.add(List.of(add(filter("new", with)), turn, move(edge.node().value(), "new")));
      }
      for (Permissions taken : List.of(Permissions.NONE, READ_WRITE, Permissions.ALL)) {
        for (Permissions shared : List.of(READ, Permissions.ALL)) {
          all.add(
              List.of(
                  new GraphEdit.SetUserGrant(user.id(), edge.name(), new Grant(taken, shared))));
        }
      }
    }
  }

  private static void aboutStrangers(List<String> nodes, List<List<GraphEdit>> all) {
    all.add(List.of(remove("nobody")));
    all.add(List.of(add(filter("new", "nobody"))));
    all.add(List.of(add(node("new", new DriverName("unheard-of")))));
    all.add(List.of(add(reader("y", "nobody"))));
    all.add(List.of(add(reader("a", "a"))));
    all.add(List.of(add(file("x")), add(file("j"))));
    all.add(List.of(add(file("a"))));
    all.add(List.of(move("nobody", "a")));
    all.add(List.of(move("a", "nobody")));
    all.add(List.of(new GraphEdit.DetachChild(name("a"), ChildName.FILE)));
    all.add(List.of(replace("nobody", "file", "a")));
    all.add(List.of(new GraphEdit.RemoveUser(new UserId("nobody"))));
    all.add(
        List.of(new GraphEdit.SetUserGrant(new UserId("x"), new ChildName("other"), Grant.IDLE)));
    all.add(
        List.of(new GraphEdit.ReplaceUserEdge(new UserId("x"), new ChildName("other"), name("a"))));
    all.add(
        List.of(new GraphEdit.ReplaceUserEdge(new UserId("nobody"), ChildName.ROOT, name("a"))));
    all.add(
        List.of(new GraphEdit.ReplaceUserEdge(new UserId("x"), ChildName.ROOT, name("nobody"))));
    all.add(List.of(freeze("a:none", "j")));
    all.add(List.of(freeze("no-colon", "j")));
    all.add(
        List.of(
            new GraphEdit.SetOptions(
                name(nodes.isEmpty() ? "a" : nodes.getLast()), Options.NONE.with("k", 1L))));
  }

  private static List<GraphEdit> added(List<NodeSpec> nodes) {
    return nodes.stream().map(TestGraphs::add).toList();
  }

  private static <T> List<T> with(List<T> list, T more) {
    List<T> all = new ArrayList<>(list);
    all.add(more);
    return List.copyOf(all);
  }

  private static String letter(int index) {
    return LETTERS.substring(index, index + 1);
  }
}
