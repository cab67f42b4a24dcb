package io.blockgraph.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// A graph under change: the edits of one plan are applied to it in their order, and nothing is
/// checked but what an edit names (that it is there, that it is not frozen). Lives for one call of
/// the planner, on one thread.
final class Draft {
  private static final Optional<Refusal> DONE = Optional.empty();

  private final Topology before;
  private final Map<NodeName, NodeSpec> nodes = new LinkedHashMap<>();
  private final Map<UserId, User> users = new LinkedHashMap<>();
  private final Map<EdgeId, UserId> frozen = new LinkedHashMap<>();
  private final Set<NodeName> removed = new HashSet<>();

  Draft(Topology before) {
    this.before = before;
    before.nodes().forEach(node -> nodes.put(node.name(), node));
    before.users().forEach(user -> users.put(user.id(), user));
    for (Edge edge : before.edges()) {
      edge.frozenBy().ifPresent(job -> frozen.put(edge.id(), job));
    }
  }

  Collection<NodeSpec> nodes() {
    return nodes.values();
  }

  Collection<User> users() {
    return users.values();
  }

  Map<EdgeId, UserId> freezes() {
    return frozen;
  }

  boolean hasUser(UserId user) {
    return users.containsKey(user);
  }

  boolean wasRemoved(NodeName node) {
    return removed.contains(node) && !nodes.containsKey(node);
  }

  /// The nodes and users of this draft with the edges that validation found.
  Topology with(Collection<Edge> edges) {
    return new Topology(nodes, users, edges);
  }

  /// Who has frozen the edge; cheap when nothing is frozen at all.
  Optional<UserId> frozenBy(Parent parent, ChildName child) {
    return frozen.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(frozen.get(EdgeId.of(parent, child)));
  }

  /// An edge as a refusal shows it when grants are not known: with its present grant if the graph
  /// has it, else idle.
  Edge sketch(Parent parent, ChildSpec child) {
    return before
        .edge(EdgeId.of(parent, child.name()))
        .filter(edge -> edge.child().equals(child.node()))
        .orElseGet(
            () ->
                new Edge(
                    parent,
                    child.name(),
                    child.node(),
                    child.roles(),
                    Grant.IDLE,
                    frozenBy(parent, child.name())));
  }

  /// Applies one edit; after a refusal the draft is of no more use.
  Optional<Refusal> apply(GraphEdit edit) {
    return switch (edit) {
      case GraphEdit.AddNode(NodeSpec spec) -> addNode(spec);
      case GraphEdit.RemoveNode(NodeName node) -> removeNode(node);
      case GraphEdit.AttachChild(NodeName parent, ChildSpec child) -> attach(parent, child);
      case GraphEdit.DetachChild(NodeName parent, ChildName child) -> detach(parent, child);
      case GraphEdit.ReplaceChild(NodeName parent, ChildName child, NodeName with) ->
          replace(parent, child, with);
      case GraphEdit.MoveParents move -> moveParents(move);
      case GraphEdit.SetAccess(NodeName node, NodeSpec.Access access) ->
          change(node, spec -> spec.withAccess(access));
      case GraphEdit.SetOptions(NodeName node, Options options) ->
          change(node, spec -> spec.withOptions(options));
      case GraphEdit.Keep(NodeName node) -> change(node, NodeSpec::kept);
      case GraphEdit.AddUser(User user) -> addUser(user);
      case GraphEdit.RemoveUser(UserId user) -> removeUser(user);
      case GraphEdit.ReplaceUserEdge(UserId user, ChildName edge, NodeName with) ->
          changeEdge(user, edge, userEdge -> userEdge.withNode(with));
      case GraphEdit.SetUserGrant(UserId user, ChildName edge, Grant grant) ->
          changeEdge(user, edge, userEdge -> userEdge.withGrant(grant));
      case GraphEdit.Freeze(EdgeId edge, UserId by) -> freeze(edge, by);
      case GraphEdit.Unfreeze(EdgeId edge, UserId by) -> unfreeze(edge, by);
    };
  }

  /// Removes the INLINE nodes that nobody uses, and what only they used.
  Optional<Refusal> removeOrphans() {
    Map<NodeName, Integer> uses = countUses();
    Deque<NodeName> orphans = new ArrayDeque<>();
    for (NodeSpec node : nodes.values()) {
      if (isOrphan(node, uses)) {
        orphans.add(node.name());
      }
    }
    while (!orphans.isEmpty()) {
      NodeSpec orphan = existing(orphans.remove());
      Optional<Refusal> refusal = removeNode(orphan.name());
      if (refusal.isPresent()) {
        return refusal;
      }
      for (ChildSpec child : orphan.children()) {
        uses.merge(child.node(), -1, Integer::sum);
        NodeSpec below = nodes.get(child.node());
        if (below != null && isOrphan(below, uses)) {
          orphans.add(below.name());
        }
      }
    }
    return DONE;
  }

  private static boolean isOrphan(NodeSpec node, Map<NodeName, Integer> uses) {
    return node.origin() == NodeSpec.Origin.INLINE && uses.getOrDefault(node.name(), 0) == 0;
  }

  private Map<NodeName, Integer> countUses() {
    Map<NodeName, Integer> uses = HashMap.newHashMap(nodes.size());
    nodes
        .values()
        .forEach(
            node -> node.children().forEach(child -> uses.merge(child.node(), 1, Integer::sum)));
    users
        .values()
        .forEach(user -> user.edges().forEach(edge -> uses.merge(edge.node(), 1, Integer::sum)));
    return uses;
  }

  private Optional<Refusal> addNode(NodeSpec spec) {
    Optional<Refusal> taken = nameInUse(spec.name().value());
    if (taken.isEmpty()) {
      nodes.put(spec.name(), spec);
    }
    return taken;
  }

  private Optional<Refusal> addUser(User user) {
    Optional<Refusal> taken = nameInUse(user.id().value());
    if (taken.isEmpty()) {
      users.put(user.id(), user);
    }
    return taken;
  }

  private Optional<Refusal> nameInUse(String name) {
    if (nodes.containsKey(new NodeName(name))) {
      return refuse(new Refusal.NameInUse(name, "node"));
    }
    User user = users.get(new UserId(name));
    return user == null ? DONE : refuse(new Refusal.NameInUse(name, user.kind().word()));
  }

  private Optional<Refusal> removeNode(NodeName node) {
    NodeSpec spec = nodes.get(node);
    if (spec == null) {
      return refuse(new Refusal.NodeNotFound(node));
    }
    for (ChildSpec child : spec.children()) {
      Optional<Refusal> ice = frozenRefusal(node, child);
      if (ice.isPresent()) {
        return ice;
      }
    }
    nodes.remove(node);
    removed.add(node);
    return DONE;
  }

  private Optional<Refusal> removeUser(UserId user) {
    if (users.remove(user) == null) {
      return refuse(new Refusal.UserNotFound(user));
    }
    frozen.values().removeIf(user::equals);
    return DONE;
  }

  private Optional<Refusal> change(NodeName node, UnaryOperator<NodeSpec> how) {
    NodeSpec spec = nodes.get(node);
    if (spec == null) {
      return refuse(new Refusal.NodeNotFound(node));
    }
    nodes.put(node, how.apply(spec));
    return DONE;
  }

  private Optional<Refusal> attach(NodeName parent, ChildSpec child) {
    return change(
        parent,
        spec -> {
          List<ChildSpec> children = new ArrayList<>(spec.children());
          children.add(child);
          return spec.withChildren(children);
        });
  }

  private Optional<Refusal> detach(NodeName parent, ChildName name) {
    return changeChild(
        parent, name, child -> spec -> spec.withChildren(without(spec.children(), child)));
  }

  private Optional<Refusal> replace(NodeName parent, ChildName name, NodeName with) {
    NodeSpec spec = nodes.get(parent);
    boolean same =
        spec != null && spec.child(name).filter(child -> child.node().equals(with)).isPresent();
    return same ? DONE : changeChild(parent, name, child -> node -> leadingTo(node, child, with));
  }

  /// Changes the node `parent` in what `how` makes of its child `name`, unless a job has frozen
  /// that edge.
  private Optional<Refusal> changeChild(
      NodeName parent, ChildName name, Function<ChildSpec, UnaryOperator<NodeSpec>> how) {
    NodeSpec spec = nodes.get(parent);
    if (spec == null) {
      return refuse(new Refusal.NodeNotFound(parent));
    }
    Optional<ChildSpec> child = spec.child(name);
    if (child.isEmpty()) {
      return refuse(new Refusal.EdgeNotFound(EdgeId.of(new Parent.OfNode(parent), name)));
    }
    Optional<Refusal> ice = frozenRefusal(parent, child.get());
    return ice.isPresent() ? ice : change(parent, how.apply(child.get()));
  }

  private static NodeSpec leadingTo(NodeSpec spec, ChildSpec child, NodeName with) {
    return spec.withChildren(
        spec.children().stream().map(c -> c.equals(child) ? c.withNode(with) : c).toList());
  }

  private static List<ChildSpec> without(List<ChildSpec> children, ChildSpec child) {
    return children.stream().filter(c -> !c.equals(child)).toList();
  }

  private Optional<Refusal> moveParents(GraphEdit.MoveParents move) {
    for (NodeName end : List.of(move.from(), move.to())) {
      if (!nodes.containsKey(end)) {
        return refuse(new Refusal.NodeNotFound(end));
      }
    }
    Set<NodeName> stay = subtree(move.to());
    for (NodeSpec parent : List.copyOf(nodes.values())) {
      if (stay.contains(parent.name())) {
        continue;
      }
      for (ChildSpec child : parent.children()) {
        Optional<Refusal> refusal = moveChild(parent.name(), child, move);
        if (refusal.isPresent()) {
          return refusal;
        }
      }
    }
    users.replaceAll((_, user) -> moved(user, move));
    return DONE;
  }

  private Optional<Refusal> moveChild(
      NodeName parent, ChildSpec child, GraphEdit.MoveParents move) {
    boolean moves =
        child.node().equals(move.from())
            && !move.keep().contains(EdgeId.of(new Parent.OfNode(parent), child.name()));
    return moves ? replace(parent, child.name(), move.to()) : DONE;
  }

  private static User moved(User user, GraphEdit.MoveParents move) {
    boolean uses = user.edges().stream().anyMatch(edge -> edge.node().equals(move.from()));
    return uses
        ? new User(
            user.id(),
            user.kind(),
            user.edges().stream().map(edge -> moved(user, edge, move)).toList(),
            user.options())
        : user;
  }

  private static User.UserEdge moved(User user, User.UserEdge edge, GraphEdit.MoveParents move) {
    boolean moves =
        edge.node().equals(move.from())
            && edge.onSwap() == User.OnSwap.FOLLOW
            && !move.keep().contains(EdgeId.of(user.asParent(), edge.name()));
    return moves ? edge.withNode(move.to()) : edge;
  }

  private Set<NodeName> subtree(NodeName top) {
    Set<NodeName> found = new HashSet<>(Set.of(top));
    Deque<NodeName> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      NodeSpec spec = nodes.get(open.remove());
      if (spec != null) {
        spec.children().stream().map(ChildSpec::node).filter(found::add).forEach(open::add);
      }
    }
    return found;
  }

  private Optional<Refusal> changeEdge(
      UserId id, ChildName name, UnaryOperator<User.UserEdge> how) {
    User user = users.get(id);
    if (user == null) {
      return refuse(new Refusal.UserNotFound(id));
    }
    if (user.edges().stream().noneMatch(edge -> edge.name().equals(name))) {
      return refuse(new Refusal.EdgeNotFound(EdgeId.of(user.asParent(), name)));
    }
    List<User.UserEdge> edges =
        user.edges().stream()
            .map(edge -> edge.name().equals(name) ? how.apply(edge) : edge)
            .toList();
    users.put(user.id(), new User(user.id(), user.kind(), edges, user.options()));
    return DONE;
  }

  private Optional<Refusal> freeze(EdgeId edge, UserId by) {
    Optional<Edge> between = edgeBetweenNodes(edge);
    if (between.isEmpty()) {
      return refuse(new Refusal.EdgeNotFound(edge));
    }
    UserId holder = frozen.putIfAbsent(edge, by);
    return holder == null || holder.equals(by) ? DONE : refuse(frozenBy(between.get(), holder));
  }

  private Optional<Refusal> unfreeze(EdgeId edge, UserId by) {
    Optional<Edge> between = edgeBetweenNodes(edge);
    if (between.isEmpty()) {
      return refuse(new Refusal.EdgeNotFound(edge));
    }
    UserId holder = frozen.get(edge);
    if (holder != null && !holder.equals(by)) {
      return refuse(frozenBy(between.get(), holder));
    }
    frozen.remove(edge);
    return DONE;
  }

  private Optional<Edge> edgeBetweenNodes(EdgeId edge) {
    int colon = edge.value().indexOf(':');
    String parent = colon < 0 ? "" : edge.value().substring(0, colon);
    NodeSpec spec = NodeName.isWellFormed(parent) ? nodes.get(new NodeName(parent)) : null;
    if (spec == null) {
      return Optional.empty();
    }
    Parent upper = new Parent.OfNode(spec.name());
    return spec.children().stream()
        .filter(child -> EdgeId.of(upper, child.name()).equals(edge))
        .findFirst()
        .map(child -> sketch(upper, child));
  }

  private Optional<Refusal> frozenRefusal(NodeName parent, ChildSpec child) {
    Parent upper = new Parent.OfNode(parent);
    return frozenBy(upper, child.name()).map(owner -> frozenBy(sketch(upper, child), owner));
  }

  private Refusal frozenBy(Edge edge, UserId owner) {
    User user = users.get(owner);
    return new Refusal.EdgeFrozen(edge, owner, user == null ? User.Kind.JOB : user.kind());
  }

  private NodeSpec existing(NodeName node) {
    NodeSpec spec = nodes.get(node);
    if (spec == null) {
      throw new IllegalStateException("node '" + node + "' vanished from the draft");
    }
    return spec;
  }

  private static Optional<Refusal> refuse(Refusal refusal) {
    return Optional.of(refusal);
  }
}
