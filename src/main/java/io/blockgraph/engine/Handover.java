package io.blockgraph.engine;

import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Topology;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Gives images out of hand and takes them back, so that another service can use them meanwhile, as
/// at the migration of a virtual machine. Any thread.
///
/// A node becomes inactive with all below it that nobody else uses, and active with all below it
/// that is inactive. What is inactive is written back, closed and unlocked; what becomes active is
/// opened anew, and nothing is remembered of what was read before. A node that could not be opened
/// at the start is active and tried again, with all below it that could not be opened.
public final class Handover {
  private static final Change NOTHING = Change.of("nothing to hand over", List.of()).passing();

  private final BlockGraph graph;

  /// Hand-overs of nodes of `graph`.
  public Handover(BlockGraph graph) {
    this.graph = graph;
  }

  /// What a node shall be.
  public enum Wanted {
    ACTIVE,
    INACTIVE
  }

  /// Whether requests of those who use the node may fail.
  public enum Requests {
    MAY_FAIL,
    MUST_NOT_FAIL
  }

  /// What is asked for.
  public record Request(NodeName node, Wanted wanted, Requests requests) {}

  /// What became of it.
  ///
  /// @param turned the nodes that became active or inactive, or are open now
  public record Turned(List<NodeName> turned, Committed change) {}

  /// Makes a node active or inactive; nothing happens when it is so, and open.
  public Result<Turned> set(Request request, Ask ask) {
    return graph
        .make(setting(request), ask)
        .then(made -> new Result.Done<>(new Turned(turned(made.change()), made.committed())));
  }

  private static List<NodeName> turned(Change change) {
    return Stream.concat(
            change.edits().stream().map(Handover::nodeOf), change.held().anew().opened().stream())
        .toList();
  }

  private static NodeName nodeOf(GraphEdit edit) {
    return edit instanceof GraphEdit.SetOptions(NodeName node, var _) ? node : throwForeign(edit);
  }

  private static NodeName throwForeign(GraphEdit edit) {
    throw new IllegalStateException("a hand-over only sets options, not " + edit);
  }

  /// A hand-over, as an operation.
  public Operation setting(Request request) {
    return view -> {
      Topology topology = view.state().topology();
      Optional<NodeSpec> node = topology.node(request.node());
      if (node.isEmpty()) {
        return refused(new Rejection.RuleBroken(new Refusal.NodeNotFound(request.node())));
      }
      if (node.get().active() == (request.wanted() == Wanted.ACTIVE)) {
        return request.wanted() == Wanted.ACTIVE
            ? opening(view, request)
            : new Result.Done<>(NOTHING);
      }
      Set<NodeName> turned =
          request.wanted() == Wanted.ACTIVE
              ? below(topology, request.node(), spec -> !spec.active())
              : aloneBelow(topology, request.node());
      Optional<Rejection> objection = objection(topology, request, turned);
      return objection.isPresent()
          ? refused(objection.get())
          : new Result.Done<>(change(topology, request, turned, view.state().revision()));
    };
  }

  private static Result<Change> opening(BlockGraph.View view, Request request) {
    Topology topology = view.state().topology();
    Set<NodeName> closed =
        below(topology, request.node(), node -> view.unavailable(node.name()).isPresent());
    if (view.unavailable(request.node()).isEmpty()) {
      closed.remove(request.node());
    }
    Optional<Rejection> objection = objection(topology, request, closed);
    if (objection.isPresent()) {
      return refused(objection.get());
    }
    return new Result.Done<>(
        closed.isEmpty()
            ? NOTHING
            : Change.of("open '" + request.node() + "'", List.of())
                .passing()
                .reopening(closed)
                .expecting(OptionalLong.of(view.state().revision())));
  }

  private static Result<Change> refused(Rejection reason) {
    return new Result.Rejected<>(reason);
  }

  private static Optional<Rejection> objection(
      Topology topology, Request request, Set<NodeName> turned) {
    Optional<Rejection> owned =
        turned.stream()
            .flatMap(node -> Busy.ownership(topology, node).stream())
            .<Rejection>map(Rejection.RuleBroken::new)
            .findFirst();
    List<UserId> users = usersOf(topology, turned);
    boolean mayFail =
        request.wanted() == Wanted.ACTIVE
            || request.requests() == Requests.MAY_FAIL
            || users.isEmpty();
    return mayFail
        ? owned
        : owned.or(() -> Optional.of(new Rejection.RequestsWouldFail(request.node(), users)));
  }

  private static List<UserId> usersOf(Topology topology, Set<NodeName> nodes) {
    List<UserId> users = new ArrayList<>();
    for (NodeName node : nodes) {
      for (Edge edge : topology.parentsOf(node)) {
        if (edge.parent() instanceof Parent.OfUser(UserId user, User.Kind _)
            && !edge.grant().taken().isEmpty()) {
          users.add(user);
        }
      }
    }
    return users;
  }

  private static Change change(
      Topology topology, Request request, Set<NodeName> turned, long revision) {
    boolean active = request.wanted() == Wanted.ACTIVE;
    List<GraphEdit> edits = new ArrayList<>();
    for (NodeName name : turned) {
      NodeSpec spec = topology.node(name).orElseThrow().withActive(active);
      edits.add(new GraphEdit.SetOptions(name, spec.options()));
    }
    String what = (active ? "take back '" : "hand over '") + request.node() + "'";
    return Change.of(what, edits).expecting(OptionalLong.of(revision));
  }

  /// `node` and all such ones below it that are reached through no others.
  private static Set<NodeName> below(Topology topology, NodeName node, Predicate<NodeSpec> such) {
    Set<NodeName> found = new LinkedHashSet<>(Set.of(node));
    ArrayDeque<NodeName> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      for (ChildSpec child : topology.node(open.removeFirst()).orElseThrow().children()) {
        if (such.test(topology.node(child.node()).orElseThrow()) && found.add(child.node())) {
          open.add(child.node());
        }
      }
    }
    return found;
  }

  /// `node` and all active ones below it that nobody uses but those who become inactive, or are.
  private static Set<NodeName> aloneBelow(Topology topology, NodeName node) {
    Set<NodeName> found = new LinkedHashSet<>(Set.of(node));
    ArrayDeque<NodeName> open = new ArrayDeque<>(found);
    while (!open.isEmpty()) {
      for (ChildSpec child : topology.node(open.removeFirst()).orElseThrow().children()) {
        NodeSpec below = topology.node(child.node()).orElseThrow();
        if (below.active() && isAlone(topology, below.name(), found) && found.add(below.name())) {
          open.add(below.name());
        }
      }
    }
    return found;
  }

  private static boolean isAlone(Topology topology, NodeName node, Set<NodeName> turned) {
    return topology.parentsOf(node).stream()
        .allMatch(
            edge ->
                edge.parent() instanceof Parent.OfNode(NodeName parent)
                    && (turned.contains(parent) || !topology.node(parent).orElseThrow().active()));
  }
}
