package io.blockgraph.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;

/// Gives the edges that a plan touches their grants, from the top down, and goes on below an edge
/// only while its grant is another than before.
///
/// ```
///     x ── a ── b ── c        x takes more: x's edge is another, so a is looked at; if a's edges
///               │             come out as they were, b and all below keep theirs unseen
///               d
/// ```
///
/// A node comes behind all parents that are looked at, because these reach further down and the
/// highest is taken first. That is so of the parents it has now: nodes that lost a parent are
/// looked at whatever becomes of that one, which may reach less far down than they do.
final class Regranting {
  private final Draft draft;
  private final Altered graph;
  private final Topology before;
  private final RuleBook rules;
  private final Heights heights;

  /// Nodes to look at, the highest first.
  private final PriorityQueue<Due> queue =
      new PriorityQueue<>(Comparator.comparingInt(Due::height).reversed());

  private final Set<NodeName> queued = new HashSet<>();

  /// The edges, as they are now, of nodes and users that had others before; by the id of these.
  private final Map<String, List<Edge>> below = new HashMap<>();

  /// The same by the node they lead to.
  private final Map<NodeName, List<Edge>> arrivals = new HashMap<>();

  /// All edges to each node that was looked at.
  private final Map<NodeName, List<Edge>> above = new HashMap<>();

  private final List<Refusal> objections = new ArrayList<>();

  private record Due(int height, NodeName node) {}

  Regranting(Draft draft, RuleBook rules, Heights heights) {
    this.draft = draft;
    this.graph = draft.altered();
    this.before = graph.before();
    this.rules = rules;
    this.heights = heights;
  }

  /// Every objection to the parents of a node that was looked at, in no order that means anything.
  /// An edge has the grant it would have, whatever is wrong above it.
  List<Refusal> topDown() {
    graph.nodes().forEach(this::begin);
    graph.users().forEach(this::begin);
    draft.ice().touched().forEach(edge -> before.edge(edge).ifPresent(this::beginAbove));
    while (!queue.isEmpty()) {
      lookAt(queue.remove().node());
    }
    return Collections.unmodifiableList(objections);
  }

  private void begin(NodeName name) {
    if (graph.node(name) == null) {
      turn(name.value(), List.of());
    } else {
      queue(name);
      before.childrenOf(name).stream()
          .filter(edge -> !isThere(edge))
          .forEach(edge -> queue(edge.child()));
    }
  }

  /// Whether an edge that was there still leads from the same to the same.
  private boolean isThere(Edge edge) {
    return switch (edge.parent()) {
      case Parent.OfNode(NodeName name) ->
          graph.node(name) instanceof NodeSpec node
              && node.child(edge.name()).filter(c -> c.node().equals(edge.child())).isPresent();
      case Parent.OfUser(UserId id, User.Kind _) ->
          graph.user(id) instanceof User user
              && user.edges().stream()
                  .anyMatch(e -> e.name().equals(edge.name()) && e.node().equals(edge.child()));
    };
  }

  private void begin(UserId id) {
    User user = graph.user(id);
    if (user != null) {
      turn(id.value(), user.edges().stream().map(edge -> edge.edgeOf(user)).toList());
    } else if (!graph.members().nodes().has(new NodeName(id.value()))) {
      turn(id.value(), List.of());
    }
  }

  private void beginAbove(Edge edge) {
    if (edge.parent() instanceof Parent.OfNode(NodeName node)) {
      queue(node);
    }
  }

  private void queue(NodeName node) {
    if (graph.node(node) != null && queued.add(node)) {
      queue.add(new Due(heights.of(node), node));
    }
  }

  private void lookAt(NodeName name) {
    NodeSpec node = Objects.requireNonNull(graph.node(name));
    List<Edge> parents = edgesTo(name);
    above.put(name, parents);
    Grant all = Sharing.together(parents);
    Sharing.objection(node, parents, all).ifPresent(objections::add);
    DriverRules driver = rules.rulesOf(node.driver()).orElseThrow();
    turn(name.value(), Granting.edgesOf(node, driver, all, draft));
  }

  /// From now on these are the edges of `parent`; where one differs, or comes in another place than
  /// before, the nodes it leads to have to be looked at.
  private void turn(String parent, List<Edge> edges) {
    List<Edge> old = before.edgesFrom(parent);
    Set<Edge> same = new HashSet<>(old);
    same.retainAll(edges);
    same.removeIf(edge -> !graph.members().haveAsIn(before.members(), edge.parent()));
    if (same.size() == old.size() && old.equals(edges)) {
      return;
    }
    below.put(parent, edges);
    for (Edge edge : edges) {
      arrivals.computeIfAbsent(edge.child(), _ -> new ArrayList<>(2)).add(edge);
    }
    old.stream().filter(edge -> !same.contains(edge)).forEach(edge -> queue(edge.child()));
    edges.stream().filter(edge -> !same.contains(edge)).forEach(edge -> queue(edge.child()));
  }

  /// The edges that lead to `node`: those that stayed and those that came, in their order.
  private List<Edge> edgesTo(NodeName node) {
    List<Edge> old = before.parentsOf(node);
    List<Edge> stayed = old.stream().filter(this::stayed).toList();
    List<Edge> came = arrivals.getOrDefault(node, List.of());
    return came.isEmpty() ? stayed : merged(stayed, came);
  }

  private boolean stayed(Edge edge) {
    boolean touched =
        switch (edge.parent()) {
          case Parent.OfNode(NodeName name) -> graph.nodes().contains(name);
          case Parent.OfUser(UserId id, User.Kind _) -> graph.users().contains(id);
        };
    return !below.containsKey(edge.parent().id()) && (!touched || isThere(edge));
  }

  private List<Edge> merged(List<Edge> stayed, List<Edge> came) {
    Comparator<Edge> order = graph.members().byParent();
    List<Edge> all = new ArrayList<>(stayed.size() + came.size());
    int at = 0;
    for (Edge edge : came.stream().sorted(order).toList()) {
      int place = at - 1 - Collections.binarySearch(stayed.subList(at, stayed.size()), edge, order);
      all.addAll(stayed.subList(at, place));
      all.add(edge);
      at = place;
    }
    all.addAll(stayed.subList(at, stayed.size()));
    return Collections.unmodifiableList(all);
  }

  /// The ids of those whose edges are others than before.
  Set<String> parents() {
    return Collections.unmodifiableSet(below.keySet());
  }

  /// `wires` with the edges there are now.
  Wires in(Wires wires) {
    Map<NodeName, List<Edge>> changed = new HashMap<>(above);
    for (NodeName node : graph.nodes()) {
      if (graph.node(node) == null) {
        changed.put(node, List.of());
      }
    }
    return wires.withBelow(below).withAbove(changed);
  }
}
