package io.blockgraph.graph;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Why an edge takes a permission, or does not share it, up to the users at the top.
///
/// A driver's rule is a pure function of what the parents of its node take and share, so it can be
/// asked what it would say of other parents:
///
///     nobody uses the node, and the edge does it still     the driver does it of its own accord
///     else                                                 what the parents do is left out bit by bit; what
///                                                          cannot be left out is the cause
///
/// Causes are parents' edges, which have reasons in their turn. Pure; safe from any thread. A whole
/// chain costs a few calls of a rule for each edge above, and each edge is looked at once however
/// many ways lead up to it.
public final class GrantReasons {
  /// What an edge can do with a permission that has a reason.
  public enum Doing {
    TAKES,
    UNSHARES
  }

  /// That an edge takes a permission, or does not share it.
  public record Claim(Edge edge, Doing doing, Permission permission) {
    /// Whether the edge does this.
    public boolean holds() {
      return isIn(edge.grant());
    }

    private boolean isIn(Grant grant) {
      return new Fact(doing, permission).isIn(grant);
    }
  }

  /// Why a claim holds.
  public sealed interface Reason {
    /// The edge is a user's, who asked for it.
    record Asked(Parent.OfUser user) implements Reason {}

    /// The driver does it whoever uses its node.
    record Own(NodeName node, DriverName driver) implements Reason {}

    /// Those who use the node do something from which it follows; of several causes each is needed.
    record Above(NodeName node, List<Cause> causes) implements Reason {
      /// Copies `causes`.
      public Above {
        causes = List.copyOf(causes);
      }
    }
  }

  /// Something that the parents of a node do: one of these edges would be enough.
  public record Cause(Doing doing, Permission permission, List<Edge> edges) {
    /// Copies `edges`.
    public Cause {
      edges = List.copyOf(edges);
    }

    /// The same for each edge.
    public List<Claim> claims() {
      return edges.stream().map(edge -> new Claim(edge, doing, permission)).toList();
    }
  }

  /// A claim of a chain with its reason.
  public record Step(Claim claim, Reason reason) {}

  /// Something that the parents of a node do, taken together.
  private record Fact(Doing doing, Permission permission) {
    boolean isIn(Grant grant) {
      return switch (doing) {
        case TAKES -> grant.taken().has(permission);
        case UNSHARES -> !grant.shared().has(permission);
      };
    }

    Grant leftOutOf(Grant grant) {
      return switch (doing) {
        case TAKES -> new Grant(grant.taken().without(permission), grant.shared());
        case UNSHARES -> new Grant(grant.taken(), grant.shared().with(permission));
      };
    }
  }

  private static final Grant WORST = new Grant(Permissions.ALL, Permissions.NONE);

  private final Topology graph;
  private final RuleBook rules;

  /// Reasons in `graph`, by the rules it was made by.
  public GrantReasons(Topology graph, RuleBook rules) {
    this.graph = graph;
    this.rules = rules;
  }

  /// Why a claim that holds does so.
  public Reason reason(Claim claim) {
    return switch (claim.edge().parent()) {
      case Parent.OfUser user -> new Reason.Asked(user);
      case Parent.OfNode(NodeName node) -> reason(claim, graph.node(node).orElseThrow());
    };
  }

  /// The claim with its reason, then all it follows from, nearer ones first and each once.
  public List<Step> chain(Claim claim) {
    Map<Claim, Step> steps = new LinkedHashMap<>();
    Deque<Claim> open = new ArrayDeque<>(List.of(claim));
    while (!open.isEmpty()) {
      Claim next = open.remove();
      if (steps.containsKey(next)) {
        continue;
      }
      Reason reason = reason(next);
      steps.put(next, new Step(next, reason));
      if (reason instanceof Reason.Above(NodeName _, List<Cause> causes)) {
        causes.forEach(cause -> open.addAll(cause.claims()));
      }
    }
    return List.copyOf(steps.values());
  }

  /// The users a chain ends with, in their order; a chain that ends with drivers alone has none.
  public static Set<Parent.OfUser> usersOf(List<Step> chain) {
    return chain.stream()
        .map(Step::reason)
        .filter(Reason.Asked.class::isInstance)
        .map(reason -> ((Reason.Asked) reason).user())
        .collect(Collectors.toCollection(java.util.LinkedHashSet::new));
  }

  /// Whether the edge would do this if everything were taken and nothing shared above it: if not,
  /// its driver never does. A user never does what it did not ask for.
  public boolean couldBe(Claim claim) {
    return switch (claim.edge().parent()) {
      case Parent.OfUser _ -> claim.holds();
      case Parent.OfNode(NodeName node) ->
          claim.isIn(grant(graph.node(node).orElseThrow(), claim, WORST));
    };
  }

  private Reason reason(Claim claim, NodeSpec node) {
    if (claim.isIn(grant(node, claim, Grant.IDLE))) {
      return new Reason.Own(node.name(), node.driver());
    }
    List<Cause> causes = new ArrayList<>();
    for (Fact fact : needed(claim, node)) {
      List<Edge> edges =
          graph.parentsOf(node.name()).stream().filter(e -> fact.isIn(e.grant())).toList();
      causes.add(new Cause(fact.doing(), fact.permission(), edges));
    }
    return new Reason.Above(node.name(), causes);
  }

  /// What the parents do and cannot be left out.
  private List<Fact> needed(Claim claim, NodeSpec node) {
    List<Fact> needed = new ArrayList<>();
    Grant parents = graph.grantOn(node.name());
    for (Fact fact : likelyLast(claim)) {
      if (fact.isIn(parents)) {
        Grant less = fact.leftOutOf(parents);
        if (claim.isIn(grant(node, claim, less))) {
          parents = less;
        } else {
          needed.add(fact);
        }
      }
    }
    return needed;
  }

  /// Everything parents can do, the likelier causes last so that they are kept where several would
  /// do: that they do the same, before that they do the same with another permission.
  private static List<Fact> likelyLast(Claim claim) {
    List<Fact> facts = new ArrayList<>();
    Doing other = claim.doing() == Doing.TAKES ? Doing.UNSHARES : Doing.TAKES;
    Fact same = new Fact(claim.doing(), claim.permission());
    for (Doing doing : List.of(other, claim.doing())) {
      Permissions.ALL.toList().stream()
          .map(permission -> new Fact(doing, permission))
          .filter(fact -> !fact.equals(same))
          .forEach(facts::add);
    }
    facts.add(same);
    return facts;
  }

  private Grant grant(NodeSpec node, Claim claim, Grant parents) {
    if (!node.active()) {
      return Grant.IDLE;
    }
    Optional<ChildSpec> child = node.child(claim.edge().name());
    return rules
        .rulesOf(node.driver())
        .orElseThrow()
        .childGrant(node, child.orElseThrow(), parents);
  }
}
