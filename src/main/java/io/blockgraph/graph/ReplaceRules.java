package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

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

  /// One edge of the way from a source down to a node that it covers.
  ///
  /// @param edge leads from a node of the way to the next one
  /// @param onward why what is below the edge is covered when the node above it is
  public record Step(Edge edge, Onward onward) {
    /// Why the way goes on, in a sentence.
    public String inWords() {
      String upper = edge.parent().described();
      String lower = "node '" + edge.child() + "'";
      return switch (onward) {
        case FILTER -> upper + " is a filter and shows exactly what " + lower + " holds";
        case SAME_DATA -> upper + " shows what " + lower + " holds, which is one of its sides";
        case OWN_CHILD ->
            upper + " lets its child " + lower + " hold other data, and nobody else cares";
      };
    }
  }

  /// Why the way to a covered node goes on below a node.
  public enum Onward {
    /// The node is a filter and shows exactly this child.
    FILTER,
    /// By its driver's rule the node shows the same data on each of its sides.
    SAME_DATA,
    /// By its driver's rule the node's own children may change their data, and nobody else cares.
    OWN_CHILD;

    /// The word used over HTTP: `same-data`.
    public String word() {
      return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
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
    return switch (cover(request)) {
      case Ruling.Refused<List<Step>>(Refusal refusal) -> Optional.of(refusal);
      case Ruling.Allowed<List<Step>> _ -> Optional.empty();
    };
  }

  /// The way from the source down to the node through which it is covered, empty for the source
  /// itself; or why it may not be replaced.
  public Ruling<List<Step>> cover(Request request) {
    for (NodeName node : List.of(request.source(), request.replaced())) {
      if (graph.node(node).isEmpty()) {
        return new Ruling.Refused<>(new Refusal.NodeNotFound(node));
      }
    }
    return below(request.source(), request);
  }

  private Ruling<List<Step>> below(NodeName at, Request request) {
    if (at.equals(request.replaced())) {
      return new Ruling.Allowed<>(List.of());
    }
    NodeSpec spec = graph.node(at).orElseThrow();
    return switch (rules.rulesOf(spec.driver()).orElseThrow().replaceRule(spec)) {
      case DriverRules.ReplaceRule.None() ->
          walks
              .filteredEdge(at)
              .map(edge -> through(new Step(edge, Onward.FILTER), request))
              .orElseGet(() -> notCovered(at, request));
      case DriverRules.ReplaceRule.SameData(List<ChildName> sides) -> anyOf(at, sides, request);
      case DriverRules.ReplaceRule.OwnChildren() -> ownChild(at, request);
    };
  }

  private Ruling<List<Step>> through(Step step, Request request) {
    return switch (below(step.edge().child(), request)) {
      case Ruling.Allowed<List<Step>>(List<Step> rest) ->
          new Ruling.Allowed<>(Stream.concat(Stream.of(step), rest.stream()).toList());
      case Ruling.Refused<List<Step>> refused -> refused;
    };
  }

  /// Allowed if it is below any one of the sides; else the reason of the side that came closest.
  private Ruling<List<Step>> anyOf(NodeName at, List<ChildName> sides, Request request) {
    Ruling<List<Step>> closest = notCovered(at, request);
    for (Edge side : graph.childrenOf(at)) {
      if (!sides.contains(side.name())) {
        continue;
      }
      Ruling<List<Step>> ruling = through(new Step(side, Onward.SAME_DATA), request);
      if (!(ruling instanceof Ruling.Refused<List<Step>>(Refusal refusal))) {
        return ruling;
      }
      closest = refusal instanceof Refusal.ReplaceNotCovered ? closest : ruling;
    }
    return closest;
  }

  private Ruling<List<Step>> ownChild(NodeName quorum, Request request) {
    for (Edge vote : graph.childrenOf(quorum)) {
      if (vote.child().equals(request.replaced())) {
        return whoCares(vote, request)
            .<Ruling<List<Step>>>map(Ruling.Refused::new)
            .orElseGet(() -> new Ruling.Allowed<>(List.of(new Step(vote, Onward.OWN_CHILD))));
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

  private static Ruling<List<Step>> notCovered(NodeName stop, Request request) {
    return new Ruling.Refused<>(
        new Refusal.ReplaceNotCovered(request.source(), request.replaced(), stop));
  }
}
