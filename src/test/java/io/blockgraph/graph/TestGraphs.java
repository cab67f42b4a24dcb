package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// Short words for nodes, users and edits of the graph's own tests.
final class TestGraphs {
  static final Planner PLANNER = new Planner(new TestRules(), Planner.DEFAULT_MAX_DEPTH);
  static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
  static final Permissions READ_WRITE = READ.with(Permission.WRITE);
  static final Permissions ALL_BUT_RESIZE = Permissions.ALL.without(Permission.RESIZE);

  private TestGraphs() {}

  static NodeName name(String name) {
    return new NodeName(name);
  }

  static NodeSpec node(String name, DriverName driver, ChildSpec... children) {
    return new NodeSpec(
        name(name),
        driver,
        NodeSpec.Access.READ_WRITE,
        NodeSpec.Origin.NAMED,
        Options.NONE,
        List.of(children));
  }

  static NodeSpec file(String name) {
    return node(name, TestRules.FILE);
  }

  static NodeSpec filter(String name, String child) {
    return node(name, TestRules.FILTER, new ChildSpec(ChildName.FILE, Roles.FILTER, name(child)));
  }

  static NodeSpec copyOnRead(String name, String child) {
    return node(
        name, TestRules.COPY_ON_READ, new ChildSpec(ChildName.FILE, Roles.FILTER, name(child)));
  }

  static NodeSpec format(String name, String file) {
    return node(name, TestRules.FORMAT, new ChildSpec(ChildName.FILE, Roles.IMAGE, name(file)));
  }

  static NodeSpec format(String name, String file, String backing) {
    return node(
        name,
        TestRules.FORMAT,
        new ChildSpec(ChildName.FILE, Roles.IMAGE, name(file)),
        backing(backing));
  }

  static ChildSpec backing(String node) {
    return new ChildSpec(ChildName.BACKING, Roles.BACKING, name(node));
  }

  /// The filter of a job above which overlays can come.
  static NodeSpec moment(String name, String file) {
    return implicit(
        node(name, TestRules.MOMENT, new ChildSpec(ChildName.FILE, Roles.FILTER, name(file))));
  }

  static NodeSpec raw(String name, String file) {
    Roles roles = Roles.of(Role.DATA, Role.PRIMARY);
    return node(name, TestRules.RAW, new ChildSpec(ChildName.FILE, roles, name(file)));
  }

  static NodeSpec quorum(String name, String... children) {
    List<ChildSpec> votes = new ArrayList<>();
    for (String child : children) {
      votes.add(new ChildSpec(ChildName.indexed(votes.size()), Roles.of(Role.DATA), name(child)));
    }
    return node(name, TestRules.QUORUM, votes.toArray(ChildSpec[]::new));
  }

  static NodeSpec verify(String name, String raw, String test) {
    return node(
        name,
        TestRules.VERIFY,
        new ChildSpec(new ChildName("raw"), Roles.FILTER, name(raw)),
        new ChildSpec(new ChildName("test"), Roles.of(Role.DATA), name(test)));
  }

  static NodeSpec readOnly(NodeSpec node) {
    return node.withAccess(NodeSpec.Access.READ_ONLY);
  }

  static NodeSpec inline(NodeSpec node) {
    return withOrigin(node, NodeSpec.Origin.INLINE);
  }

  static NodeSpec implicit(NodeSpec node) {
    return withOrigin(node, NodeSpec.Origin.IMPLICIT);
  }

  private static NodeSpec withOrigin(NodeSpec node, NodeSpec.Origin origin) {
    return new NodeSpec(
        node.name(), node.driver(), node.access(), origin, node.options(), node.children());
  }

  static User user(String id, User.Kind kind, String node, Permissions taken, Permissions shared) {
    User.UserEdge edge =
        new User.UserEdge(ChildName.ROOT, name(node), new Grant(taken, shared), User.OnSwap.FOLLOW);
    return new User(new UserId(id), kind, List.of(edge));
  }

  static User reader(String id, String node) {
    return user(id, User.Kind.EXPORT, node, READ, ALL_BUT_RESIZE);
  }

  static User writer(String id, String node) {
    return user(id, User.Kind.EXPORT, node, READ_WRITE, ALL_BUT_RESIZE);
  }

  /// A job that takes nothing and shares all, and whose edges stay where they are.
  static User job(String id, String... nodes) {
    List<User.UserEdge> edges = new ArrayList<>();
    for (String node : nodes) {
      ChildName name = new ChildName("hold." + edges.size());
      edges.add(new User.UserEdge(name, name(node), Grant.IDLE, User.OnSwap.STAY));
    }
    return new User(new UserId(id), User.Kind.JOB, edges);
  }

  static EdgeId edge(String id) {
    return new EdgeId(id);
  }

  static GraphEdit add(NodeSpec node) {
    return new GraphEdit.AddNode(node);
  }

  static GraphEdit add(User user) {
    return new GraphEdit.AddUser(user);
  }

  static GraphEdit remove(String node) {
    return new GraphEdit.RemoveNode(name(node));
  }

  static GraphEdit replace(String parent, String child, String with) {
    return new GraphEdit.ReplaceChild(name(parent), new ChildName(child), name(with));
  }

  static GraphEdit move(String from, String to) {
    return new GraphEdit.MoveParents(name(from), name(to), Set.of());
  }

  static GraphEdit freeze(String edge, String job) {
    return new GraphEdit.Freeze(edge(edge), new UserId(job));
  }

  static Topology graph(Record... parts) {
    List<GraphEdit> edits =
        Arrays.stream(parts)
            .map(part -> part instanceof NodeSpec node ? add(node) : add((User) part))
            .toList();
    return planned(Topology.EMPTY, edits.toArray(GraphEdit[]::new));
  }

  static Topology planned(Topology graph, GraphEdit... edits) {
    Outcome outcome = PLANNER.plan(graph, List.of(edits));
    if (outcome instanceof Outcome.Planned(Topology next)) {
      return next;
    }
    throw new AssertionError("refused: " + outcome);
  }

  static Refusal refused(Topology graph, GraphEdit... edits) {
    Outcome outcome = PLANNER.plan(graph, List.of(edits));
    if (outcome instanceof Outcome.Refused(Refusal refusal)) {
      return refusal;
    }
    throw new AssertionError("not refused");
  }

  static Edge edgeOf(Topology graph, String id) {
    return graph.edge(edge(id)).orElseThrow();
  }

  static NodeName under(Topology graph, String id) {
    return edgeOf(graph, id).child();
  }

  static List<String> names(Stream<NodeName> names) {
    return names.map(NodeName::value).toList();
  }
}
