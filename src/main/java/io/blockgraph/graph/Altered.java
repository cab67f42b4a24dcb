package io.blockgraph.graph;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The nodes and users of a graph with what a plan has altered of them, and who uses whom. Knows
/// nothing but what was touched; for the rest it asks the graph before. One thread.
final class Altered {
  private final Topology before;
  private Members members;
  private final Set<NodeName> nodes = new LinkedHashSet<>();
  private final Set<UserId> users = new LinkedHashSet<>();

  /// Touched nodes and users by a node that they use or have used during the plan.
  private final Map<NodeName, Set<NodeName>> nodesNewAbove = new HashMap<>();

  private final Map<NodeName, Set<UserId>> usersNewAbove = new HashMap<>();

  Altered(Topology before) {
    this.before = before;
    this.members = before.members();
  }

  Topology before() {
    return before;
  }

  Members members() {
    return members;
  }

  /// Nodes that were added, removed or changed, whatever became of them.
  Set<NodeName> nodes() {
    return Collections.unmodifiableSet(nodes);
  }

  /// Users that were added, removed or changed, whatever became of them.
  Set<UserId> users() {
    return Collections.unmodifiableSet(users);
  }

  @Nullable NodeSpec node(NodeName name) {
    return members.nodes().get(name);
  }

  @Nullable User user(UserId id) {
    return members.users().get(id);
  }

  void put(NodeSpec node) {
    members = members.with(node);
    nodes.add(node.name());
    for (ChildSpec child : node.children()) {
      nodesNewAbove.computeIfAbsent(child.node(), _ -> new LinkedHashSet<>()).add(node.name());
    }
  }

  void put(User user) {
    members = members.with(user);
    users.add(user.id());
    for (User.UserEdge edge : user.edges()) {
      usersNewAbove.computeIfAbsent(edge.node(), _ -> new LinkedHashSet<>()).add(user.id());
    }
  }

  void remove(NodeName node) {
    members = members.without(node);
    nodes.add(node);
  }

  void remove(UserId user) {
    members = members.without(user);
    users.add(user);
  }

  /// The nodes that use `node` now, in their order.
  List<NodeSpec> nodesAbove(NodeName node) {
    Set<NodeName> found = new LinkedHashSet<>(nodesNewAbove.getOrDefault(node, Set.of()));
    for (Edge edge : before.parentsOf(node)) {
      if (edge.parent() instanceof Parent.OfNode(NodeName above)) {
        found.add(above);
      }
    }
    found.removeIf(above -> !uses(above, node));
    return members.nodes().among(found);
  }

  /// The users that use `node` now, in their order.
  List<User> usersAbove(NodeName node) {
    Set<UserId> found = new LinkedHashSet<>(usersNewAbove.getOrDefault(node, Set.of()));
    for (Edge edge : before.parentsOf(node)) {
      if (edge.parent() instanceof Parent.OfUser(UserId user, User.Kind _)) {
        found.add(user);
      }
    }
    found.removeIf(user -> !uses(user, node));
    return members.users().among(found);
  }

  /// Whether somebody uses `node` now.
  boolean isUsed(NodeName node) {
    return before.parentsOf(node).stream().anyMatch(edge -> uses(edge.parent(), node))
        || nodesNewAbove.getOrDefault(node, Set.of()).stream().anyMatch(above -> uses(above, node))
        || usersNewAbove.getOrDefault(node, Set.of()).stream().anyMatch(user -> uses(user, node));
  }

  private boolean uses(Parent parent, NodeName node) {
    return switch (parent) {
      case Parent.OfNode(NodeName above) -> uses(above, node);
      case Parent.OfUser(UserId user, User.Kind _) -> uses(user, node);
    };
  }

  private boolean uses(NodeName above, NodeName node) {
    NodeSpec spec = node(above);
    return spec != null && spec.children().stream().anyMatch(child -> child.node().equals(node));
  }

  private boolean uses(UserId id, NodeName node) {
    User user = user(id);
    return user != null && user.edges().stream().anyMatch(edge -> edge.node().equals(node));
  }
}
