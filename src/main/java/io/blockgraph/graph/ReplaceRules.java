package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Whether a node may be replaced by a copy of another node without anybody noticing (requirements
/// BG-30 to BG-34).
///
/// Covered is the source itself and, from there down, what a driver's own rule names, else what a
/// filter shows. A quorum's children may hold other data than the quorum shows, so replacing one is
/// allowed only when nobody else cares: no other parent reads it consistently, and every other
/// parent shares WRITE. That is asked of the grants as they are; nothing is taken for it and so
/// nothing has to be given back. Ask once when a job starts and again right before the swap.
public final class ReplaceRules {
  /// What the other parents of a child that would change its data may be.
  public enum OtherParents {
    /// Whoever does not care: reads nothing and shares WRITE.
    PERMISSIONS,
    /// Nobody at all, as QEMU has it.
    NONE_ALLOWED
  }

  /// A wish.
  ///
  /// @param source the node that is copied
  /// @param replaced the node whose place the copy shall take
  /// @param others what other parents may be
  /// @param own edges of the asking job itself, which do not count
  public record Request(NodeName source, NodeName replaced, OtherParents others, Set<EdgeId> own) {
    /// Copies `own`.
    public Request {
      own = Set.copyOf(own);
    }
  }

  private final Topology graph;
  private final RuleBook rules;
  private final Walks walks;

  /// Decides in `graph` by `rules`.
  public ReplaceRules(Topology graph, RuleBook rules) {
    this.graph = graph;
    this.rules = rules;
    this.walks = new Walks(graph, rules);
  }

  /// Why not; empty when it may be: [Refusal.NodeNotFound], [Refusal.ReplaceNotCovered],
  /// [Refusal.ReplaceWouldChangeData].
  public Optional<Refusal> objection(Request request) {
    for (NodeName node : List.of(request.source(), request.replaced())) {
      if (graph.node(node).isEmpty()) {
        return Optional.of(new Refusal.NodeNotFound(node));
      }
    }
    return below(request.source(), request);
  }

  private Optional<Refusal> below(NodeName at, Request request) {
    if (at.equals(request.replaced())) {
      return Optional.empty();
    }
    NodeSpec spec = graph.node(at).orElseThrow();
    return switch (rules.rulesOf(spec.driver()).orElseThrow().replaceRule(spec)) {
      case DriverRules.ReplaceRule.None() ->
          walks
              .filteredChild(at)
              .map(child -> below(child, request))
              .orElseGet(() -> notCovered(at, request));
      case DriverRules.ReplaceRule.SameData(List<ChildName> children) ->
          anyOf(spec, children, request);
      case DriverRules.ReplaceRule.OwnChildren() -> ownChild(at, request);
    };
  }

  /// Allowed if it is below any one of the children; else the reason of the child that came
  /// closest.
  private Optional<Refusal> anyOf(NodeSpec spec, List<ChildName> children, Request request) {
    Optional<Refusal> closest = notCovered(spec.name(), request);
    for (ChildName name : children) {
      Optional<Refusal> refusal =
          spec.child(name).map(child -> below(child.node(), request)).orElse(closest);
      if (refusal.isEmpty()) {
        return refusal;
      }
      closest = refusal.get() instanceof Refusal.ReplaceNotCovered ? closest : refusal;
    }
    return closest;
  }

  private Optional<Refusal> ownChild(NodeName quorum, Request request) {
    for (Edge vote : graph.childrenOf(quorum)) {
      if (vote.child().equals(request.replaced())) {
        return whoCares(vote, request);
      }
    }
    return notCovered(quorum, request);
  }

  /// The first other parent that would notice. Another edge of the same quorum to the same node is
  /// another parent.
  private Optional<Refusal> whoCares(Edge vote, Request request) {
    for (Edge other : graph.parentsOf(vote.child())) {
      boolean counts = !other.id().equals(vote.id()) && !request.own().contains(other.id());
      Permissions cares = cares(other.grant());
      if (counts && (request.others() == OtherParents.NONE_ALLOWED || !cares.isEmpty())) {
        return Optional.of(new Refusal.ReplaceWouldChangeData(vote, other, cares));
      }
    }
    return Optional.empty();
  }

  private static Permissions cares(Grant grant) {
    Permissions reads = grant.taken().intersect(Permissions.of(Permission.CONSISTENT_READ));
    return grant.shared().has(Permission.WRITE) ? reads : reads.with(Permission.WRITE);
  }

  private static Optional<Refusal> notCovered(NodeName stop, Request request) {
    return Optional.of(new Refusal.ReplaceNotCovered(request.source(), request.replaced(), stop));
  }
}
