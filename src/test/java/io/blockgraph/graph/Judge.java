package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// A second opinion on what a plan comes to, for small graphs: slow, naive, and written from the
/// words of the requirements (vocabulary and table of permissions) without a look at the planner.
/// It uses nothing of the main code but the plain records that edits are made of; permissions are
/// bits here: 1 consistent read, 2 write, 4 write unchanged, 8 resize.
///
/// It knows the drivers `file`, `filter`, `format` and `quorum`. Where the planner says the first
/// reason it finds, the judge lists all that are true at that stage; the planner must say one of
/// them.
final class Judge {
  private static final int CR = 1;
  private static final int W = 2;
  private static final int WU = 4;
  private static final int RS = 8;
  private static final int ALL = CR | W | WU | RS;

  private record Child(String name, Set<Role> roles, String to) {}

  private record Node(String driver, boolean readOnly, boolean inline, List<Child> children) {}

  private record Hold(String name, String to, int taken, int shared, boolean stays) {}

  private record Holder(User.Kind kind, List<Hold> holds) {}

  private record Line(String from, String name, String to, boolean ofUser) {
    String id() {
      return from + ":" + name;
    }
  }

  /// What the judge says.
  ///
  /// @param objections all the reasons of the first stage that has any, as [#words] puts them
  /// @param result every node and edge with its grant, in words, when there is no objection
  record Verdict(Set<String> objections, Set<String> result) {}

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Holder> users = new LinkedHashMap<>();
  private final Map<String, String> frozen = new LinkedHashMap<>();
  private final Set<String> removed = new HashSet<>();
  private final Map<String, List<Line>> linesTo = new HashMap<>();
  private final Map<Line, Integer> taken = new HashMap<>();
  private final Map<Line, Integer> shared = new HashMap<>();
  private final int maxDepth;

  Judge(Topology before, int maxDepth) {
    this.maxDepth = maxDepth;
    before.nodes().forEach(this::put);
    before.users().forEach(this::put);
    before
        .edges()
        .forEach(
            edge -> edge.frozenBy().ifPresent(job -> frozen.put(edge.id().value(), job.value())));
  }

  Verdict judge(List<GraphEdit> edits) {
    for (GraphEdit edit : edits) {
      String objection = apply(edit);
      if (!objection.isEmpty()) {
        return new Verdict(Set.of(objection), Set.of());
      }
    }
    String ice = dropUnusedInlineNodes();
    Set<String> objections = ice.isEmpty() ? objectionsToResult() : Set.of(ice);
    return new Verdict(objections, objections.isEmpty() ? result() : Set.of());
  }

  private Set<String> objectionsToResult() {
    lines().forEach(line -> linesTo.computeIfAbsent(line.to(), _ -> new ArrayList<>()).add(line));
    Set<String> objections = structure();
    if (objections.isEmpty()) {
      objections = cycles();
    }
    if (objections.isEmpty()) {
      objections = depths();
    }
    return objections.isEmpty() ? permissions() : objections;
  }

  // ---- what an edit does ----

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

  private String apply(GraphEdit edit) {
    return switch (edit) {
      case GraphEdit.AddNode(NodeSpec spec) -> addNode(spec);
      case GraphEdit.AddUser(User user) -> addUser(user);
      case GraphEdit.RemoveNode(NodeName node) -> removeNode(node.value());
      case GraphEdit.RemoveUser(UserId user) -> removeUser(user.value());
      case GraphEdit.AttachChild(NodeName parent, ChildSpec child) ->
          rewire(parent.value(), child.name().value(), child);
      case GraphEdit.DetachChild(NodeName parent, ChildName child) ->
          cut(parent.value(), child.value());
      case GraphEdit.ReplaceChild(NodeName parent, ChildName child, NodeName with) ->
          turn(parent.value(), child.value(), with.value());
      case GraphEdit.MoveParents move -> move(move);
      case GraphEdit.SetAccess(NodeName node, NodeSpec.Access access) ->
          setAccess(node.value(), access);
      case GraphEdit.SetOptions(NodeName node, Options _) ->
          nodes.containsKey(node.value()) ? "" : "NodeNotFound " + node;
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
        : "NameInUse " + name + " " + holder.kind().name().toLowerCase(java.util.Locale.ROOT);
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

  private Hold hold(Line line) {
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

  private String dropUnusedInlineNodes() {
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

  // ---- the edges, looked at anew each time ----

  private List<Line> lines() {
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

  private boolean reaches(String from, String to, Set<String> seen) {
    if (from.equals(to)) {
      return true;
    }
    return seen.add(from)
        && nodes.containsKey(from)
        && nodes.get(from).children().stream().anyMatch(child -> reaches(child.to(), to, seen));
  }

  // ---- the rules ----

  private Set<String> structure() {
    Set<String> objections = new TreeSet<>();
    nodes.forEach(
        (name, node) -> {
          if (!List.of("file", "filter", "format", "quorum").contains(node.driver())) {
            objections.add("UnknownDriver " + name);
          } else if (breaksRoles(node) || breaksDriver(node)) {
            objections.add("BadShape " + name);
          }
        });
    for (Line line : lines()) {
      if (!nodes.containsKey(line.to())) {
        Set<String> parents = new TreeSet<>(parents(line.to()).stream().map(Line::id).toList());
        objections.add(
            removed.contains(line.to())
                ? "NodeInUse " + line.to() + " " + parents
                : "NodeNotFound " + line.to());
      }
    }
    frozen.values().stream()
        .filter(job -> !users.containsKey(job))
        .forEach(job -> objections.add("UserNotFound " + job));
    return objections;
  }

  private static boolean breaksRoles(Node node) {
    Set<String> names = new HashSet<>();
    int filtered = 0;
    int cow = 0;
    int primary = 0;
    boolean broken = false;
    for (Child child : node.children()) {
      Set<Role> roles = child.roles();
      broken |= !names.add(child.name());
      filtered += roles.contains(Role.FILTERED) ? 1 : 0;
      cow += roles.contains(Role.COW) ? 1 : 0;
      primary += roles.contains(Role.PRIMARY) ? 1 : 0;
      boolean storage = roles.contains(Role.DATA) || roles.contains(Role.METADATA);
      broken |= roles.contains(Role.FILTERED) && (storage || roles.contains(Role.COW));
      broken |= roles.contains(Role.COW) && (storage || roles.contains(Role.PRIMARY));
    }
    return broken || filtered > 1 || cow > 1 || primary > 1;
  }

  private static boolean breaksDriver(Node node) {
    boolean cow = node.children().stream().anyMatch(c -> c.roles().contains(Role.COW));
    return switch (node.driver()) {
      case "file" -> !node.children().isEmpty();
      case "filter" ->
          cow
              || node.children().stream()
                  .noneMatch(c -> c.roles().equals(EnumSet.of(Role.FILTERED, Role.PRIMARY)));
      case "format" -> node.children().stream().noneMatch(c -> c.name().equals("file"));
      default ->
          cow
              || node.children().isEmpty()
              || node.children().stream().map(Child::to).distinct().count()
                  < node.children().size();
    };
  }

  private Set<String> cycles() {
    for (String node : nodes.keySet()) {
      if (nodes.get(node).children().stream()
          .anyMatch(c -> reaches(c.to(), node, new HashSet<>()))) {
        return Set.of("WouldCycle");
      }
    }
    return Set.of();
  }

  private Set<String> depths() {
    Set<String> objections = new TreeSet<>();
    for (String node : nodes.keySet()) {
      if (depth(node) > maxDepth) {
        objections.add("TooDeep " + node);
      }
    }
    return objections;
  }

  private int depth(String node) {
    return 1 + nodes.get(node).children().stream().mapToInt(c -> depth(c.to())).max().orElse(0);
  }

  private Set<String> permissions() {
    Set<String> objections = new TreeSet<>();
    for (Map.Entry<String, Node> entry : nodes.entrySet()) {
      List<Line> parents = parents(entry.getKey());
      for (Line requiring : parents) {
        int writes = taken(requiring) & (W | WU);
        if (entry.getValue().readOnly() && writes != 0) {
          objections.add("NodeReadOnly " + entry.getKey() + " " + requiring.id() + " " + writes);
        }
        for (Line unsharing : parents) {
          int missing = taken(requiring) & ~shared(unsharing);
          if (!requiring.equals(unsharing) && missing != 0) {
            objections.add(
                "PermissionConflict "
                    + entry.getKey()
                    + " "
                    + requiring.id()
                    + " "
                    + unsharing.id()
                    + " "
                    + missing);
          }
        }
      }
    }
    return objections;
  }

  private int takenByParents(String node) {
    int all = 0;
    for (Line line : parents(node)) {
      all |= taken(line);
    }
    return all;
  }

  private int sharedByParents(String node) {
    int all = ALL;
    for (Line line : parents(node)) {
      all &= shared(line);
    }
    return all;
  }

  private List<Line> parents(String node) {
    return linesTo.getOrDefault(node, List.of());
  }

  private int taken(Line line) {
    Integer known = taken.get(line);
    if (known == null) {
      known = takenByRule(line);
      taken.put(line, known);
    }
    return known;
  }

  private int shared(Line line) {
    Integer known = shared.get(line);
    if (known == null) {
      known = sharedByRule(line);
      shared.put(line, known);
    }
    return known;
  }

  private int takenByRule(Line line) {
    if (line.ofUser()) {
      return hold(line).taken();
    }
    Node node = nodes.get(line.from());
    int parents = takenByParents(line.from());
    Set<Role> roles = rolesOf(line);
    return switch (node.driver()) {
      case "filter", "quorum" -> parents;
      default -> roles.contains(Role.COW) ? parents & CR : takenFromStorage(node, roles, parents);
    };
  }

  private static int takenFromStorage(Node node, Set<Role> roles, int parents) {
    int taken = roles.contains(Role.DATA) || roles.contains(Role.METADATA) ? parents : 0;
    if (roles.contains(Role.METADATA)) {
      taken |= CR | (node.readOnly() ? 0 : W | RS);
    }
    if (roles.contains(Role.DATA)) {
      taken |= (taken & WU) != 0 ? W : 0;
      taken |= (taken & W) != 0 ? RS : 0;
    }
    return taken;
  }

  private int sharedByRule(Line line) {
    if (line.ofUser()) {
      return hold(line).shared();
    }
    int parents = sharedByParents(line.from());
    Set<Role> roles = rolesOf(line);
    return switch (nodes.get(line.from()).driver()) {
      case "filter" -> parents;
      case "quorum" -> parents & (CR | WU);
      default ->
          roles.contains(Role.COW)
              ? CR | WU | ((parents & W) != 0 ? W | RS : 0)
              : roles.contains(Role.METADATA)
                  ? parents & ~(W | RS)
                  : roles.contains(Role.DATA) ? parents & ~RS : ALL;
    };
  }

  private Set<Role> rolesOf(Line line) {
    return nodes.get(line.from()).children().stream()
        .filter(c -> c.name().equals(line.name()))
        .findFirst()
        .orElseThrow()
        .roles();
  }

  // ---- words that can be compared ----

  private Set<String> result() {
    Set<String> words = new TreeSet<>();
    nodes.forEach(
        (name, node) -> words.add("node " + name + " " + node.driver() + " " + node.readOnly()));
    users.keySet().forEach(user -> words.add("user " + user));
    for (Line line : lines()) {
      words.add(
          "edge "
              + line.id()
              + " "
              + line.to()
              + " "
              + taken(line)
              + " "
              + shared(line)
              + " "
              + frozen.getOrDefault(line.id(), "-"));
    }
    return words;
  }

  /// A graph of the planner in the words of [Verdict#result].
  static Set<String> words(Topology graph) {
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

  /// A refusal of the planner in the words of [Verdict#objections].
  static String words(Refusal refusal) {
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
      case Refusal.EdgeFrozen(Edge edge, UserId by) -> "EdgeFrozen " + edge.id() + " " + by;
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
