package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The judge's own idea of a graph and of what an edit does to it, as plain maps of plain words.
final class PlainGraph {
  record Child(String name, Set<Role> roles, String to) {}

  record Node(String driver, boolean readOnly, boolean inline, List<Child> children) {}

  record Hold(String name, String to, int taken, int shared, boolean stays) {}

  record Holder(User.Kind kind, List<Hold> holds) {}

  record Line(String from, String name, String to, boolean ofUser) {
    String id() {
      return from + ":" + name;
    }
  }

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Holder> users = new LinkedHashMap<>();
  private final Map<String, String> frozen = new LinkedHashMap<>();
  private final Set<String> removed = new HashSet<>();

  PlainGraph(Topology before) {
    before.nodes().forEach(this::put);
    before.users().forEach(this::put);
    for (Edge edge : before.edges()) {
      edge.frozenBy().ifPresent(job -> frozen.put(edge.id().value(), job.value()));
    }
  }

  Map<String, Node> nodes() {
    return nodes;
  }

  Map<String, Holder> users() {
    return users;
  }

  /// The job that has frozen each edge that is frozen.
  Map<String, String> frozen() {
    return frozen;
  }

  /// The nodes that an edit has removed.
  Set<String> removed() {
    return removed;
  }

  private void put(NodeSpec spec) {
    List<Child> children = new ArrayList<>();
    for (ChildSpec child : spec.children()) {
      children.add(new Child(child.name().value(), roles(child.roles()), child.node().value()));
    }
    nodes.put(
        spec.name().value(),
        new Node(
            spec.driver().value(),
            spec.access() == NodeSpec.Access.READ_ONLY,
            spec.origin() == NodeSpec.Origin.INLINE,
            children));
  }

  private void put(User user) {
    List<Hold> holds = new ArrayList<>();
    for (User.UserEdge edge : user.edges()) {
      holds.add(
          new Hold(
              edge.name().value(),
              edge.node().value(),
              edge.grant().taken().bits(),
              edge.grant().shared().bits(),
              edge.onSwap() == User.OnSwap.STAY));
    }
    users.put(user.id().value(), new Holder(user.kind(), holds));
  }

  private static Set<Role> roles(Roles roles) {
    Set<Role> set = EnumSet.noneOf(Role.class);
    for (Role role : Role.values()) {
      if ((roles.bits() >> role.ordinal() & 1) == 1) {
        set.add(role);
      }
    }
    return set;
  }

  /// Does one edit; the objection to it, or nothing.
  String apply(GraphEdit edit) {
    return switch (edit) {
      case GraphEdit.AddNode(NodeSpec spec) -> addNode(spec);
      case GraphEdit.AddUser(User user) -> addUser(user);
      case GraphEdit.RemoveNode(NodeName node) -> removeNode(node.value());
      case GraphEdit.RemoveUser(UserId user) -> removeUser(user.value());
      case GraphEdit.SetUserOptions(UserId user, Options _) ->
          users.containsKey(user.value()) ? "" : "UserNotFound " + user;
      case GraphEdit.AttachChild(NodeName parent, ChildSpec child) ->
          rewire(parent.value(), child.name().value(), child);
      case GraphEdit.DetachChild(NodeName parent, ChildName child) ->
          cut(parent.value(), child.value());
      case GraphEdit.ReplaceChild(NodeName parent, ChildName child, NodeName with) ->
          turn(parent.value(), child.value(), with.value());
      case GraphEdit.MoveParents move -> move(move);
      case GraphEdit.SetAccess(NodeName node, NodeSpec.Access access) ->
          setAccess(node.value(), access);
      case GraphEdit.Keep(NodeName node) -> keep(node.value());
      case GraphEdit.SetOptions(NodeName node, Options _) ->
          nodes.containsKey(node.value()) ? "" : "NodeNotFound " + node;
      case GraphEdit.ReplaceUserEdge(UserId user, ChildName edge, NodeName with) ->
          turnHold(user.value(), edge.value(), with.value());
      case GraphEdit.SetUserGrant set -> setGrant(set);
      case GraphEdit.Freeze(EdgeId edge, UserId by) -> freeze(edge.value(), by.value());
      case GraphEdit.Unfreeze(EdgeId edge, UserId by) -> thaw(edge.value(), by.value());
    };
  }

  private String nameTaken(String name) {
    if (nodes.containsKey(name)) {
      return "NameInUse " + name + " node";
    }
    Holder holder = users.get(name);
    return holder == null
        ? ""
        : "NameInUse "
            + name
            + " "
            + holder.kind().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  private String addNode(NodeSpec spec) {
    String taken = nameTaken(spec.name().value());
    if (taken.isEmpty()) {
      put(spec);
    }
    return taken;
  }

  private String addUser(User user) {
    String taken = nameTaken(user.id().value());
    if (taken.isEmpty()) {
      put(user);
    }
    return taken;
  }

  private String removeNode(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      return "NodeNotFound " + name;
    }
    for (Child child : node.children()) {
      if (frozen.containsKey(name + ":" + child.name())) {
        return frozenEdge(name + ":" + child.name());
      }
    }
    nodes.remove(name);
    removed.add(name);
    return "";
  }

  private String removeUser(String user) {
    if (users.remove(user) == null) {
      return "UserNotFound " + user;
    }
    frozen.entrySet().removeIf(entry -> entry.getValue().equals(user));
    return "";
  }

  private String rewire(String parent, String name, ChildSpec child) {
    Node node = nodes.get(parent);
    if (node == null) {
      return "NodeNotFound " + parent;
    }
    List<Child> children = new ArrayList<>(node.children());
    children.add(new Child(name, roles(child.roles()), child.node().value()));
    nodes.put(parent, new Node(node.driver(), node.readOnly(), node.inline(), children));
    return "";
  }

  private String cut(String parent, String name) {
    String objection = untouchable(parent, name);
    if (objection.isEmpty()) {
      Node node = nodes.get(parent);
      List<Child> children = new ArrayList<>(node.children());
      children.removeIf(child -> child.name().equals(name));
      nodes.put(parent, new Node(node.driver(), node.readOnly(), node.inline(), children));
    }
    return objection;
  }

  private String turn(String parent, String name, String with) {
    Node node = nodes.get(parent);
    if (node != null
        && node.children().stream().anyMatch(c -> c.name().equals(name) && c.to().equals(with))) {
      return "";
    }
    String objection = untouchable(parent, name);
    if (objection.isEmpty()) {
      node.children().replaceAll(c -> c.name().equals(name) ? new Child(name, c.roles(), with) : c);
    }
    return objection;
  }

  private String untouchable(String parent, String name) {
    Node node = nodes.get(parent);
    if (node == null) {
      return "NodeNotFound " + parent;
    }
    if (node.children().stream().noneMatch(child -> child.name().equals(name))) {
      return "EdgeNotFound " + parent + ":" + name;
    }
    return frozen.containsKey(parent + ":" + name) ? frozenEdge(parent + ":" + name) : "";
  }

  private String frozenEdge(String id) {
    return "EdgeFrozen " + id + " " + frozen.get(id);
  }

  private String move(GraphEdit.MoveParents move) {
    String from = move.from().value();
    String to = move.to().value();
    for (String end : List.of(from, to)) {
      if (!nodes.containsKey(end)) {
        return "NodeNotFound " + end;
      }
    }
    for (Line line : linesTo(from)) {
      boolean below = !line.ofUser() && reaches(to, line.from(), new HashSet<>());
      boolean stays = line.ofUser() && hold(line).stays();
      if (below || stays || move.keep().contains(new EdgeId(line.id()))) {
        continue;
      }
      if (line.ofUser()) {
        users
            .get(line.from())
            .holds()
            .replaceAll(
                h ->
                    h.name().equals(line.name())
                        ? new Hold(h.name(), to, h.taken(), h.shared(), false)
                        : h);
        continue;
      }
      String objection = turn(line.from(), line.name(), to);
      if (!objection.isEmpty()) {
        return objection;
      }
    }
    return "";
  }

  Hold hold(Line line) {
    return users.get(line.from()).holds().stream()
        .filter(h -> h.name().equals(line.name()))
        .findFirst()
        .orElseThrow();
  }

  private String setAccess(String name, NodeSpec.Access access) {
    Node node = nodes.get(name);
    if (node == null) {
      return "NodeNotFound " + name;
    }
    nodes.put(
        name,
        new Node(
            node.driver(), access == NodeSpec.Access.READ_ONLY, node.inline(), node.children()));
    return "";
  }

  private String keep(String name) {
    Node node = nodes.get(name);
    if (node == null) {
      return "NodeNotFound " + name;
    }
    nodes.put(name, new Node(node.driver(), node.readOnly(), false, node.children()));
    return "";
  }

  private String turnHold(String user, String name, String with) {
    Holder holder = users.get(user);
    if (holder == null) {
      return "UserNotFound " + user;
    }
    for (int i = 0; i < holder.holds().size(); i++) {
      Hold hold = holder.holds().get(i);
      if (hold.name().equals(name)) {
        Hold turned = new Hold(name, with, hold.taken(), hold.shared(), hold.stays());
        holder.holds().set(i, turned);
        return "";
      }
    }
    return "EdgeNotFound " + user + ":" + name;
  }

  private String setGrant(GraphEdit.SetUserGrant set) {
    Holder holder = users.get(set.user().value());
    if (holder == null) {
      return "UserNotFound " + set.user();
    }
    if (holder.holds().stream().noneMatch(h -> h.name().equals(set.edge().value()))) {
      return "EdgeNotFound " + set.user() + ":" + set.edge();
    }
    holder
        .holds()
        .replaceAll(
            h ->
                h.name().equals(set.edge().value())
                    ? new Hold(
                        h.name(),
                        h.to(),
                        set.grant().taken().bits(),
                        set.grant().shared().bits(),
                        h.stays())
                    : h);
    return "";
  }

  private String freeze(String edge, String by) {
    if (lines().stream().noneMatch(line -> !line.ofUser() && line.id().equals(edge))) {
      return "EdgeNotFound " + edge;
    }
    if (frozen.containsKey(edge) && !frozen.get(edge).equals(by)) {
      return frozenEdge(edge);
    }
    frozen.put(edge, by);
    return "";
  }

  private String thaw(String edge, String by) {
    if (lines().stream().noneMatch(line -> !line.ofUser() && line.id().equals(edge))) {
      return "EdgeNotFound " + edge;
    }
    if (frozen.containsKey(edge) && !frozen.get(edge).equals(by)) {
      return frozenEdge(edge);
    }
    frozen.remove(edge);
    return "";
  }

  /// Takes out inline nodes nobody uses until there are none; the objection, or nothing.
  String dropUnusedInlineNodes() {
    while (true) {
      String unused = "";
      for (Map.Entry<String, Node> entry : nodes.entrySet()) {
        if (entry.getValue().inline() && linesTo(entry.getKey()).isEmpty()) {
          unused = entry.getKey();
          break;
        }
      }
      if (unused.isEmpty()) {
        return "";
      }
      String objection = removeNode(unused);
      if (!objection.isEmpty()) {
        return objection;
      }
    }
  }

  /// All edges, looked at anew each time.
  List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    nodes.forEach(
        (from, node) ->
            node.children().forEach(c -> lines.add(new Line(from, c.name(), c.to(), false))));
    users.forEach(
        (from, user) ->
            user.holds().forEach(h -> lines.add(new Line(from, h.name(), h.to(), true))));
    return lines;
  }

  private List<Line> linesTo(String node) {
    return lines().stream().filter(line -> line.to().equals(node)).toList();
  }

  /// Whether there is a way down, of no or more edges.
  boolean reaches(String from, String to, Set<String> seen) {
    if (from.equals(to)) {
      return true;
    }
    return seen.add(from)
        && nodes.containsKey(from)
        && nodes.get(from).children().stream().anyMatch(child -> reaches(child.to(), to, seen));
  }
}
