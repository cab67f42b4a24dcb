package io.blockgraph.graph;

import io.blockgraph.graph.GrantReasons.Cause;
import io.blockgraph.graph.GrantReasons.Claim;
import io.blockgraph.graph.GrantReasons.Doing;
import io.blockgraph.graph.GrantReasons.Reason;
import java.util.List;
import java.util.stream.Collectors;

/// Says in plain words what an edge takes and shares, and why. Sentences begin with a small letter
/// and have no full stop, as those of [Sentences]. Pure functions.
public final class GrantWords {
  /// So many edges are named in one sentence; of more only their number is told.
  private static final int MOST_NAMED = 3;

  private GrantWords() {}

  /// The rule that decides what an edge takes and shares.
  public static String rule(Topology graph, RuleBook rules, Edge edge) {
    return switch (edge.parent()) {
      case Parent.OfNode(NodeName name) -> {
        NodeSpec node = graph.node(name).orElseThrow();
        if (!node.active()) {
          yield "an inactive node takes nothing and shares everything";
        }
        DriverRules driver = rules.rulesOf(node.driver()).orElseThrow();
        yield driver.inWords(node, node.child(edge.name()).orElseThrow());
      }
      case Parent.OfUser(UserId _, User.Kind kind) ->
          switch (kind) {
            case EXPORT ->
                "an export takes what its clients may do, and shares what they can live with";
            case JOB -> "a job takes what its work needs, and shares what does not get in its way";
            case REPLICATION ->
                "a replication holds on to its disks; its nodes read and write them";
            case THROTTLE_GROUP -> "a throttle group uses no node";
            case COMMAND -> "a request takes what it is about to do, until it is answered";
          };
    };
  }

  /// What an edge does and why, without naming it: `takes write because ...`.
  public static String because(Claim claim, Reason reason) {
    return doing(claim.doing(), claim.permission(), 1)
        + switch (reason) {
          case Reason.Asked(Parent.OfUser user) ->
              claim.doing() == Doing.TAKES
                  ? " because " + user.described() + " asks for it"
                  : " because " + user.described() + " allows it to nobody else";
          case Reason.Own(NodeName node, DriverName driver) ->
              " because node '"
                  + node
                  + "' (driver '"
                  + driver
                  + "') "
                  + (claim.doing() == Doing.TAKES ? "needs it for itself" : "relies on that")
                  + ", whoever uses it";
          case Reason.Above(NodeName _, List<Cause> causes) ->
              causes.stream()
                  .map(GrantWords::cause)
                  .collect(Collectors.joining(" and ", " because ", ""));
        };
  }

  /// The same as a whole sentence: `edge 'top:file' of node 'top' takes write because ...`.
  public static String sentence(GrantReasons.Step step) {
    return step.claim().edge().described() + " " + because(step.claim(), step.reason());
  }

  /// What an edge does not do and why not: `does not take write: nobody above does`.
  ///
  /// @param couldBe what [GrantReasons#couldBe] says of the claim
  public static String absent(Claim claim, boolean couldBe) {
    String permission = claim.permission().word();
    boolean takes = claim.doing() == Doing.TAKES;
    String what = takes ? "does not take " + permission : "shares " + permission;
    if (claim.edge().parent() instanceof Parent.OfUser user) {
      return what + (takes ? ": " + user.described() + " has no use for it" : " with others");
    }
    if (!couldBe) {
      return what + (takes ? ": it never does" : ": it always does");
    }
    return what + (takes ? ": nothing above makes it" : ": nothing above stands against it");
  }

  private static String cause(Cause cause) {
    List<Edge> edges = cause.edges();
    String named =
        edges.stream()
            .limit(MOST_NAMED)
            .map(edge -> edge.parent().described() + " (edge '" + edge.id() + "')")
            .collect(Collectors.joining(", "));
    int more = edges.size() - MOST_NAMED;
    return named
        + (more > 0 ? " and " + more + " more" : "")
        + " "
        + doing(cause.doing(), cause.permission(), edges.size());
  }

  private static String doing(Doing doing, Permission permission, int how) {
    boolean one = how == 1;
    return switch (doing) {
      case TAKES -> (one ? "takes " : "take ") + permission.word();
      case UNSHARES -> (one ? "does not share " : "do not share ") + permission.word();
    };
  }
}
