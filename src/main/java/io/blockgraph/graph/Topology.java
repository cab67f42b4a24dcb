package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A whole graph: nodes, users and the edges between them with their permissions. Immutable, and
/// always valid: made only by [Planner], which refuses everything else (acyclic, every permission
/// satisfied, every role rule kept).
public final class Topology {
  /// The graph with nothing in it.
  public static final Topology EMPTY = new Topology(Map.of(), Map.of(), List.of());

  private final Map<NodeName, NodeSpec> nodes;
  private final Map<UserId, User> users;
  private final Map<EdgeId, Edge> edges;
  private final Map<NodeName, List<Edge>> parents;
  private final Map<String, List<Edge>> children;

  /// A graph of these parts; `edges` hold the grants that follow from the rules. Only the planner
  /// may call this.
  Topology(Map<NodeName, NodeSpec> nodes, Map<UserId, User> users, Collection<Edge> edges) {
    this.nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    this.users = Collections.unmodifiableMap(new LinkedHashMap<>(users));
    Map<EdgeId, Edge> byId = new LinkedHashMap<>();
    Map<NodeName, List<Edge>> byChild = new LinkedHashMap<>();
    Map<String, List<Edge>> byParent = new LinkedHashMap<>();
    for (Edge edge : edges) {
      byId.put(edge.id(), edge);
      byChild.computeIfAbsent(edge.child(), _ -> new ArrayList<>(2)).add(edge);
      byParent.computeIfAbsent(edge.parent().id(), _ -> new ArrayList<>(2)).add(edge);
    }
    this.edges = Collections.unmodifiableMap(byId);
    this.parents = byChild;
    this.children = byParent;
  }

  /// Every node, in the order they were added.
  public Collection<NodeSpec> nodes() {
    return nodes.values();
  }

  /// The node of that name.
  public Optional<NodeSpec> node(NodeName name) {
    return Optional.ofNullable(nodes.get(name));
  }

  /// Every user, in the order they came.
  public Collection<User> users() {
    return users.values();
  }

  /// The user of that id.
  public Optional<User> user(UserId id) {
    return Optional.ofNullable(users.get(id));
  }

  /// Every edge, of nodes and users.
  public Collection<Edge> edges() {
    return edges.values();
  }

  /// The edge of that id.
  public Optional<Edge> edge(EdgeId id) {
    return Optional.ofNullable(edges.get(id));
  }

  /// The edges that lead to `node`.
  public List<Edge> parentsOf(NodeName node) {
    return Collections.unmodifiableList(parents.getOrDefault(node, List.of()));
  }

  /// The edges that lead from `node` to its children, in its driver's order.
  public List<Edge> childrenOf(NodeName node) {
    return Collections.unmodifiableList(children.getOrDefault(node.value(), List.of()));
  }

  /// The edges of `user`.
  public List<Edge> edgesOf(UserId user) {
    return Collections.unmodifiableList(children.getOrDefault(user.value(), List.of()));
  }

  /// `wanted` if no node and no user has this name, else the same with a number behind it.
  ///
  /// @param wanted a well-formed name
  public String freeName(String wanted) {
    String name = wanted;
    for (int n = 2; isTaken(name); n++) {
      String suffix = "." + n;
      int stem = Math.min(wanted.length(), NodeName.MAX_LENGTH - suffix.length());
      name = wanted.substring(0, stem) + suffix;
    }
    return name;
  }

  private boolean isTaken(String name) {
    return nodes.containsKey(new NodeName(name)) || users.containsKey(new UserId(name));
  }

  /// What all parents of `node` together take and share.
  public Grant grantOn(NodeName node) {
    Grant all = Grant.IDLE;
    for (Edge parent : parents.getOrDefault(node, List.of())) {
      all = all.and(parent.grant());
    }
    return all;
  }
}
