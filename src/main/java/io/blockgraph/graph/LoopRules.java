package io.blockgraph.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Whether putting a mirror's target in the place of a node would do what was asked (requirements BG-35 to BG-38).
///
/// The swap moves the parents of the replaced node X to the target T and leaves out those that T itself stands on, because
/// moving them would close a loop:
///
///     top --> X          asked: top --> T, mid --> T
///     T --> mid --> X    T --> mid cannot also be mid --> T, so X would stay in use below T
///
/// So the graph after the job is looked at before: refused is a backing disk of T that leads back to T; any edge that
/// would have to be left out but the one that makes X the backing disk of T (which is what copying only new writes asks for);
/// and, when a node to replace was named, a swap that would move nothing at all. Pure; ask when a job starts and again
/// right before the swap.
public final class LoopRules {
  /// What the target's backing disk will be when the job ends.
  public sealed interface BackingAfter {
    /// What it is now.
    record Unchanged() implements BackingAfter {}

    /// None.
    record None() implements BackingAfter {}

    /// This node.
    record Of(NodeName node) implements BackingAfter {}
  }

  /// A swap.
  ///
  /// @param source the node that is copied; a `replaced` equal to it is as good as none named
  /// @param replaced the node whose parents move
  /// @param target the node they move to; one that the graph does not have yet counts as new,
  ///   without children
  /// @param backing the target's backing disk after the job
  /// @param own edges of the asking job itself, which do not move and do not count
  public record Swap(
      NodeName source, NodeName replaced, NodeName target, BackingAfter backing, Set<EdgeId> own) {
    /// Copies `own`.
    public Swap {
      own = Set.copyOf(own);
    }
  }

  private final Topology graph;
  private final RuleBook rules;

  /// Decides in `graph` by `rules`.
  public LoopRules(Topology graph, RuleBook rules) {
    this.graph = graph;
    this.rules = rules;
  }

  /// [Refusal.SelfMirror] when both show the very same disk through filters.
  public Optional<Refusal> selfMirror(NodeName source, NodeName target) {
    Walks walks = new Walks(graph, rules);
    return walks.skipFilters(source).equals(walks.skipFilters(target))
        ? Optional.of(new Refusal.SelfMirror(source, target))
        : Optional.empty();
  }

  /// Why the swap would not do what was asked, with the edges in the way in their order from the
  /// target down.
  public Optional<Refusal> objection(Swap swap) {
    if (graph.node(swap.replaced()).isEmpty()) {
      return Optional.of(new Refusal.NodeNotFound(swap.replaced()));
    }
    Below below = below(swap);
    if (below.back().isPresent()) {
      return Optional.of(loop(swap, below.pathTo(below.back().get())));
    }
    List<Edge> stands =
        edgesToReplaced(swap).stream().filter(edge -> below.holds(edge.parent())).toList();
    Optional<Edge> inTheWay =
        stands.stream().filter(edge -> !isDirectBacking(edge, swap)).findFirst();
    if (inTheWay.isPresent()) {
      return Optional.of(loop(swap, below.pathTo(inTheWay.get())));
    }
    boolean named = !swap.replaced().equals(swap.source());
    return named && movesNothing(swap, below) ? Optional.of(loop(swap, stands)) : Optional.empty();
  }

  private boolean movesNothing(Swap swap, Below below) {
    return swap.replaced().equals(swap.target())
        || edgesToReplaced(swap).stream()
            .noneMatch(edge -> !below.holds(edge.parent()) && follows(edge));
  }

  private boolean follows(Edge edge) {
    return switch (edge.parent()) {
      case Parent.OfNode _ -> true;
      case Parent.OfUser(UserId id, User.Kind _) ->
          graph.user(id).orElseThrow().edges().stream()
              .anyMatch(
                  own -> own.name().equals(edge.name()) && own.onSwap() == User.OnSwap.FOLLOW);
    };
  }

  private static boolean isDirectBacking(Edge edge, Swap swap) {
    return isOf(edge.parent(), swap.target()) && edge.roles().has(Role.COW);
  }

  private static boolean isOf(Parent parent, NodeName node) {
    return parent instanceof Parent.OfNode(NodeName name) && name.equals(node);
  }

  private static Refusal loop(Swap swap, List<Edge> edges) {
    return new Refusal.ReplaceWouldLoop(swap.replaced(), swap.target(), edges);
  }

  /// The edges to the replaced node as they would be right before the swap.
  private List<Edge> edgesToReplaced(Swap swap) {
    List<Edge> edges = new ArrayList<>();
    for (Edge edge : graph.parentsOf(swap.replaced())) {
      boolean ofTarget = isOf(edge.parent(), swap.target());
      if (!ofTarget && !swap.own().contains(edge.id())) {
        edges.add(edge);
      }
    }
    childrenAfter(swap.target(), swap).stream()
        .filter(edge -> edge.child().equals(swap.replaced()))
        .forEach(edges::add);
    return edges;
  }

  private List<Edge> childrenAfter(NodeName node, Swap swap) {
    List<Edge> now = graph.childrenOf(node);
    if (!node.equals(swap.target()) || swap.backing() instanceof BackingAfter.Unchanged) {
      return now;
    }
    List<Edge> then = new ArrayList<>(now);
    then.removeIf(edge -> edge.roles().has(Role.COW));
    if (swap.backing() instanceof BackingAfter.Of(NodeName backing)) {
      Parent target = new Parent.OfNode(swap.target());
      then.add(
          new Edge(
              target, ChildName.BACKING, backing, Roles.BACKING, Grant.IDLE, Optional.empty()));
    }
    return then;
  }

  private Below below(Swap swap) {
    Map<NodeName, Edge> ways = new LinkedHashMap<>();
    Optional<Edge> back = Optional.empty();
    Deque<NodeName> open = new ArrayDeque<>(Set.of(swap.target()));
    while (!open.isEmpty()) {
      for (Edge edge : childrenAfter(open.remove(), swap)) {
        if (edge.child().equals(swap.target())) {
          back = back.or(() -> Optional.of(edge));
        } else if (ways.putIfAbsent(edge.child(), edge) == null) {
          open.add(edge.child());
        }
      }
    }
    return new Below(swap.target(), ways, back);
  }

  /// What stands below the target.
  ///
  /// @param ways for each node below the last edge of a shortest way to it
  /// @param back the first edge that leads back to the target
  private record Below(NodeName target, Map<NodeName, Edge> ways, Optional<Edge> back) {
    boolean holds(Parent parent) {
      return parent instanceof Parent.OfNode(NodeName node)
          && (node.equals(target) || ways.containsKey(node));
    }

    /// The way from the target to `last`, which is its last edge.
    List<Edge> pathTo(Edge last) {
      Deque<Edge> path = new ArrayDeque<>(List.of(last));
      while (path.getFirst().parent() instanceof Parent.OfNode(NodeName node)
          && ways.get(node) instanceof Edge above) {
        path.addFirst(above);
      }
      return List.copyOf(path);
    }
  }
}
