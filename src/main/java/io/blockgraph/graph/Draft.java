package io.blockgraph.graph;

import java.lang.ref.WeakReference;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
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
  private final Altered graph;
  private final Ice ice;

  Draft(Topology before) {
    this.before = before;
    this.graph = new Altered(before);
    this.ice = new Ice(before);
  }

  /// The nodes and users as they are now.
  Altered altered() {
    return graph;
  }

  Ice ice() {
    return ice;
  }

  List<NodeSpec> nodes() {
    return graph.members().nodes().values();
  }

  List<User> users() {
    return graph.members().users().values();
  }

  boolean hasUser(UserId user) {
    return graph.user(user) != null;
  }

  boolean wasRemoved(NodeName node) {
    return graph.nodes().contains(node) && graph.node(node) == null;
  }

  /// The nodes and users of this draft with all edges, as the whole validation found them.
  Topology with(Collection<Edge> edges, Map<NodeName, Integer> heights, Terms terms) {
    return new Topology(graph.members(), Wires.of(edges, heights), Step.UNKNOWN, terms);
  }

  /// The graph before with what this draft has changed, as the revalidation found it.
  Topology next(Heights heights, Regranting regranting, Terms terms) {
    Step step =
        new Step(new WeakReference<>(before), graph.nodes(), graph.users(), regranting.parents());
    Wires wires = ice.in(regranting.in(heights.in(before.wires())));
    return new Topology(graph.members(), wires, step, terms);
  }

  Optional<UserId> frozenBy(Parent parent, ChildName child) {
    return ice.holder(parent, child);
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

  /// That a node is used and not there: the plan has removed it, or it never was.
  Refusal missing(NodeName node) {
    if (!wasRemoved(node)) {
      return new Refusal.NodeNotFound(node);
    }
    List<Edge> parents = new ArrayList<>();
    for (NodeSpec above : graph.nodesAbove(node)) {
      above.children().stream()
          .filter(child -> child.node().equals(node))
          .forEach(child -> parents.add(sketch(new Parent.OfNode(above.name()), child)));
    }
    for (User user : graph.usersAbove(node)) {
      user.edges().stream()
          .filter(edge -> edge.node().equals(node))
          .forEach(edge -> parents.add(edge.edgeOf(user)));
    }
    return new Refusal.NodeInUse(node, parents);
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
      case GraphEdit.SetUserOptions(UserId user, Options options) -> setUserOptions(user, options);
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
    Orphans orphans = new Orphans(graph);
    while (!orphans.isEmpty()) {
      NodeSpec orphan = existing(orphans.next());
      Optional<Refusal> refusal = removeNode(orphan.name());
      if (refusal.isPresent()) {
        return refusal;
      }
      orphans.gone(orphan);
    }
    return DONE;
  }

  private Optional<Refusal> addNode(NodeSpec spec) {
    Optional<Refusal> taken = nameInUse(spec.name().value());
    if (taken.isEmpty()) {
      graph.put(spec);
    }
    return taken;
  }

  private Optional<Refusal> addUser(User user) {
    Optional<Refusal> taken = nameInUse(user.id().value());
    if (taken.isEmpty()) {
      graph.put(user);
    }
    return taken;
  }

  private Optional<Refusal> nameInUse(String name) {
    if (graph.node(new NodeName(name)) != null) {
      return refuse(new Refusal.NameInUse(name, "node"));
    }
    User user = graph.user(new UserId(name));
    return user == null ? DONE : refuse(new Refusal.NameInUse(name, user.kind().word()));
  }

  private Optional<Refusal> removeNode(NodeName node) {
    NodeSpec spec = graph.node(node);
    if (spec == null) {
      return refuse(new Refusal.NodeNotFound(node));
    }
    for (ChildSpec child : spec.children()) {
      Optional<Refusal> ice = frozenRefusal(node, child);
      if (ice.isPresent()) {
        return ice;
      }
    }
    graph.remove(node);
    return DONE;
  }

  private Optional<Refusal> setUserOptions(UserId id, Options options) {
    User user = graph.user(id);
    if (user == null) {
      return refuse(new Refusal.UserNotFound(id));
    }
    graph.put(new User(id, user.kind(), user.edges(), options));
    return DONE;
  }

  private Optional<Refusal> removeUser(UserId user) {
    if (!hasUser(user)) {
      return refuse(new Refusal.UserNotFound(user));
    }
    graph.remove(user);
    ice.thawAllOf(user);
    return DONE;
  }

  private Optional<Refusal> change(NodeName node, UnaryOperator<NodeSpec> how) {
    NodeSpec spec = graph.node(node);
    if (spec == null) {
      return refuse(new Refusal.NodeNotFound(node));
    }
    graph.put(how.apply(spec));
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
    NodeSpec spec = graph.node(parent);
    boolean same =
        spec != null && spec.child(name).filter(child -> child.node().equals(with)).isPresent();
    return same ? DONE : changeChild(parent, name, child -> node -> leadingTo(node, child, with));
  }

  /// Changes the node `parent` in what `how` makes of its child `name`, unless a job has frozen
  /// that edge.
  private Optional<Refusal> changeChild(
      NodeName parent, ChildName name, Function<ChildSpec, UnaryOperator<NodeSpec>> how) {
    NodeSpec spec = graph.node(parent);
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
      if (graph.node(end) == null) {
        return refuse(new Refusal.NodeNotFound(end));
      }
    }
    for (NodeSpec parent : above(move)) {
      for (ChildSpec child : parent.children()) {
        Optional<Refusal> refusal = moveChild(parent.name(), child, move);
        if (refusal.isPresent()) {
          return refusal;
        }
      }
    }
    graph.usersAbove(move.from()).forEach(user -> graph.put(user.following(move)));
    return DONE;
  }

  /// The nodes above `from` that do not lie in the subtree of `to`. Most often that is `to` alone,
  /// and what lies below it need not be walked through.
  private List<NodeSpec> above(GraphEdit.MoveParents move) {
    List<NodeSpec> parents = new ArrayList<>(graph.nodesAbove(move.from()));
    parents.removeIf(parent -> parent.name().equals(move.to()));
    if (!parents.isEmpty()) {
      Set<NodeName> stay = subtree(move.to());
      parents.removeIf(parent -> stay.contains(parent.name()));
    }
    return parents;
  }

  private Optional<Refusal> moveChild(
      NodeName parent, ChildSpec child, GraphEdit.MoveParents move) {
    boolean moves =
        child.node().equals(move.from())
            && !move.keep().contains(EdgeId.of(new Parent.OfNode(parent), child.name()));
    return moves ? replace(parent, child.name(), move.to()) : DONE;
  }

  private Set<NodeName> subtree(NodeName top) {
    Set<NodeName> found = new HashSet<>(Set.of(top));
    Deque<NodeName> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      NodeSpec spec = graph.node(open.remove());
      if (spec != null) {
        spec.children().stream().map(ChildSpec::node).filter(found::add).forEach(open::add);
      }
    }
    return found;
  }

  private Optional<Refusal> changeEdge(
      UserId id, ChildName name, UnaryOperator<User.UserEdge> how) {
    User user = graph.user(id);
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
    graph.put(new User(user.id(), user.kind(), edges, user.options()));
    return DONE;
  }

  private Optional<Refusal> freeze(EdgeId edge, UserId by) {
    Optional<Edge> between = edgeBetweenNodes(edge);
    if (between.isEmpty()) {
      return refuse(new Refusal.EdgeNotFound(edge));
    }
    Optional<UserId> holder = ice.holder(edge);
    if (holder.isEmpty()) {
      ice.freeze(edge, by);
    }
    return holder.isEmpty() || holder.get().equals(by)
        ? DONE
        : refuse(frozenBy(between.get(), holder.get()));
  }

  private Optional<Refusal> unfreeze(EdgeId edge, UserId by) {
    Optional<Edge> between = edgeBetweenNodes(edge);
    if (between.isEmpty()) {
      return refuse(new Refusal.EdgeNotFound(edge));
    }
    Optional<UserId> holder = ice.holder(edge).filter(user -> !user.equals(by));
    if (holder.isPresent()) {
      return refuse(frozenBy(between.get(), holder.get()));
    }
    ice.thaw(edge);
    return DONE;
  }

  private Optional<Edge> edgeBetweenNodes(EdgeId edge) {
    int colon = edge.value().indexOf(':');
    String parent = colon < 0 ? "" : edge.value().substring(0, colon);
    NodeSpec spec = NodeName.isWellFormed(parent) ? graph.node(new NodeName(parent)) : null;
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
    User user = graph.user(owner);
    return new Refusal.EdgeFrozen(edge, owner, user == null ? User.Kind.JOB : user.kind());
  }

  private NodeSpec existing(NodeName node) {
    NodeSpec spec = graph.node(node);
    if (spec == null) {
      throw new IllegalStateException("node '" + node + "' vanished from the draft");
    }
    return spec;
  }

  private static Optional<Refusal> refuse(Refusal refusal) {
    return Optional.of(refusal);
  }
}
