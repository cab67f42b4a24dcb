package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A whole graph: nodes, users and the edges between them with their permissions. Immutable, and
/// always valid: made only by [Planner], which refuses everything else (acyclic, every permission
/// satisfied, every role rule kept).
///
/// A graph that was planned from another shares with it all that the plan did not touch. Asking for
/// one node, user or edge costs the logarithm of their number; asking for all of them walks through
/// all the first time and then no more.
public final class Topology {
  /// The graph with nothing in it.
  public static final Topology EMPTY = new Topology(Members.NONE, Wires.NONE, Step.UNKNOWN, null);

  private final Members members;
  private final Wires wires;
  private final Step step;
  private final @Nullable Terms terms;

  /// What [#edges] has made. Two threads may both make it, and both are right.
  private @Nullable List<Edge> edges;

  /// A graph of these parts; `wires` hold the grants that follow from the rules. Only the planner
  /// may call this.
  Topology(Members members, Wires wires, Step step, @Nullable Terms terms) {
    this.members = members;
    this.wires = wires;
    this.step = step;
    this.terms = terms;
  }

  Members members() {
    return members;
  }

  Wires wires() {
    return wires;
  }

  /// How this graph came out of the one it was planned from.
  Step step() {
    return step;
  }

  /// Whether all that `asked` ask for is known to be so.
  boolean isValidBy(Terms asked) {
    return asked.equals(terms) || (members.nodes().isEmpty() && members.users().isEmpty());
  }

  /// Every node, in the order they were added.
  public Collection<NodeSpec> nodes() {
    return members.nodes().values();
  }

  /// The node of that name.
  public Optional<NodeSpec> node(NodeName name) {
    return Optional.ofNullable(members.nodes().get(name));
  }

  /// Every user, in the order they came.
  public Collection<User> users() {
    return members.users().values();
  }

  /// The user of that id.
  public Optional<User> user(UserId id) {
    return Optional.ofNullable(members.users().get(id));
  }

  /// Those of `ids` that are users of this graph, in the order they came.
  public List<User> usersAmong(Set<UserId> ids) {
    return members.users().among(ids);
  }

  /// Every edge, of nodes and users.
  public Collection<Edge> edges() {
    List<Edge> all = edges;
    if (all == null) {
      List<Edge> found = new ArrayList<>();
      nodes().forEach(node -> found.addAll(childrenOf(node.name())));
      users().forEach(user -> found.addAll(edgesOf(user.id())));
      all = List.copyOf(found);
      edges = all;
    }
    return all;
  }

  /// The edge of that id.
  public Optional<Edge> edge(EdgeId id) {
    int colon = id.value().indexOf(':');
    if (colon < 0) {
      return Optional.empty();
    }
    String name = id.value().substring(colon + 1);
    return edgesFrom(id.value().substring(0, colon)).stream()
        .filter(edge -> edge.name().value().equals(name))
        .findFirst();
  }

  /// The edges that lead to `node`.
  public List<Edge> parentsOf(NodeName node) {
    return wires.above().getOrDefault(node, List.of());
  }

  /// The edges that lead from `node` to its children, in its driver's order.
  public List<Edge> childrenOf(NodeName node) {
    return edgesFrom(node.value());
  }

  /// The edges of `user`.
  public List<Edge> edgesOf(UserId user) {
    return edgesFrom(user.value());
  }

  /// The edges of the node or user of that id.
  List<Edge> edgesFrom(String parent) {
    return wires.below().getOrDefault(parent, List.of());
  }

  /// How many nodes the longest chain from `node` down has, itself included.
  int heightOf(NodeName node) {
    return wires.heights().getOrDefault(node, 1);
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
    return members.nodes().has(new NodeName(name)) || members.users().has(new UserId(name));
  }

  /// What all parents of `node` together take and share.
  public Grant grantOn(NodeName node) {
    return Sharing.together(parentsOf(node));
  }
}
