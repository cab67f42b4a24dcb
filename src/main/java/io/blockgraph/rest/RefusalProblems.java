package io.blockgraph.rest;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.Sentences;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the rules of the graph refuse, as problems with the edges that stand in the way.
final class RefusalProblems {
  private RefusalProblems() {}

  static Problem of(Refusal refusal) {
    Problem problem = Problem.of(kind(refusal), Sentences.of(refusal)).blockedBy(blockers(refusal));
    String node = node(refusal);
    Problem named = node == null ? problem : problem.about(node);
    return Sentences.hint(refusal).map(named::advising).orElse(named).along(path(refusal));
  }

  private static ProblemKind kind(Refusal refusal) {
    return switch (refusal) {
      case Refusal.NodeNotFound _ -> ProblemKind.NODE_NOT_FOUND;
      case Refusal.UserNotFound _ -> ProblemKind.USER_NOT_FOUND;
      case Refusal.EdgeNotFound _ -> ProblemKind.EDGE_NOT_FOUND;
      case Refusal.NameInUse _ -> ProblemKind.NODE_NAME_IN_USE;
      case Refusal.UnknownDriver _ -> ProblemKind.UNKNOWN_DRIVER;
      case Refusal.BadShape _ -> ProblemKind.BAD_SHAPE;
      case Refusal.NodeInUse _ -> ProblemKind.NODE_IN_USE;
      case Refusal.NodeBusy _ -> ProblemKind.NODE_BUSY;
      case Refusal.PermissionConflict _ -> ProblemKind.PERMISSION_CONFLICT;
      case Refusal.NodeReadOnly _ -> ProblemKind.READ_ONLY;
      case Refusal.NodeInactive _ -> ProblemKind.NODE_INACTIVE;
      case Refusal.WouldCycle _ -> ProblemKind.WOULD_CYCLE;
      case Refusal.EdgeFrozen _ -> ProblemKind.EDGE_FROZEN;
      case Refusal.TooDeep _ -> ProblemKind.TOO_DEEP;
      case Refusal.ReplaceNotCovered _ -> ProblemKind.REPLACE_NOT_COVERED;
      case Refusal.ReplaceWouldChangeData _ -> ProblemKind.REPLACE_WOULD_CHANGE_DATA;
      case Refusal.ReplaceWouldLoop _ -> ProblemKind.REPLACE_WOULD_LOOP;
      case Refusal.SelfMirror _ -> ProblemKind.SELF_MIRROR;
      case Refusal.NotInChain _ -> ProblemKind.NOT_IN_CHAIN;
      case Refusal.EdgeElsewhere _ -> ProblemKind.EDGE_NOT_FOUND;
      case Refusal.JobEdgeFixed _ -> ProblemKind.JOB_EDGE_FIXED;
      case Refusal.NotAFilter _ -> ProblemKind.NOT_A_FILTER;
      case Refusal.FilterElsewhere _ -> ProblemKind.FILTER_NOT_FOUND;
      case Refusal.OverlayInUse _ -> ProblemKind.OVERLAY_IN_USE;
      case Refusal.OverlayIsFilter _ -> ProblemKind.OVERLAY_IS_FILTER;
      case Refusal.OverlayHasBacking _ -> ProblemKind.OVERLAY_HAS_BACKING;
      case Refusal.BackingUnsupported _, Refusal.SidesWouldDiffer _ ->
          ProblemKind.BACKING_UNSUPPORTED;
      case Refusal.OverlaySharesStorage _ -> ProblemKind.OVERLAY_SHARES_STORAGE;
    };
  }

  private static @Nullable String node(Refusal refusal) {
    return switch (refusal) {
      case Refusal.NodeNotFound(var node) -> node.value();
      case Refusal.UnknownDriver(var node, _) -> node.value();
      case Refusal.BadShape(var node, _) -> node.value();
      case Refusal.NodeInUse(var node, _) -> node.value();
      case Refusal.NodeBusy(var node, _, _) -> node.value();
      case Refusal.PermissionConflict(var node, _, _, _) -> node.value();
      case Refusal.NodeReadOnly(var node, _, _) -> node.value();
      case Refusal.NodeInactive(var node, _) -> node.value();
      case Refusal.TooDeep(var node, _) -> node.value();
      case Refusal.ReplaceNotCovered(_, var replaced, _) -> replaced.value();
      case Refusal.ReplaceWouldChangeData(var vote, _, _) -> vote.child().value();
      case Refusal.ReplaceWouldLoop(var replaced, _, _) -> replaced.value();
      case Refusal.SelfMirror(var source, _) -> source.value();
      case Refusal.NotInChain(var node, _) -> node.value();
      case Refusal.EdgeElsewhere(_, var wanted) -> wanted.value();
      case Refusal.JobEdgeFixed(var edge, _, _, _) -> edge.child().value();
      case Refusal.NotAFilter(var node, _) -> node.value();
      case Refusal.FilterElsewhere(var filter, _, _) -> filter.value();
      case Refusal.OverlayInUse(var overlay, _) -> overlay.value();
      case Refusal.OverlayIsFilter(var overlay, _) -> overlay.value();
      case Refusal.OverlayHasBacking(var overlay, _) -> overlay.value();
      case Refusal.BackingUnsupported(var overlay, _) -> overlay.value();
      case Refusal.SidesWouldDiffer(var node, _) -> node.value();
      case Refusal.OverlaySharesStorage(var overlay, _) -> overlay.value();
      case Refusal.NameInUse(String name, _) -> name;
      case Refusal.EdgeFrozen(var edge, _, _) -> edge.child().value();
      case Refusal.UserNotFound _, Refusal.EdgeNotFound _, Refusal.WouldCycle _ -> null;
    };
  }

  private static List<Problem.Blocker> blockers(Refusal refusal) {
    return switch (refusal) {
      case Refusal.PermissionConflict(var node, var missing, var requiring, var unsharing) ->
          List.of(blocker("permission", node.value(), missing, requiring, unsharing));
      case Refusal.NodeReadOnly(var node, var wanted, var requiring) ->
          List.of(blocker("read-only", node.value(), wanted, requiring, null));
      case Refusal.ReplaceWouldChangeData(var vote, var other, var cares) ->
          List.of(
              cares.has(Permission.CONSISTENT_READ)
                  ? blocker("permission", vote.child().value(), cares, other, vote)
                  : blocker("permission", vote.child().value(), cares, vote, other));
      case Refusal.NodeInUse(var node, var parents) ->
          parents.stream()
              .map(edge -> blocker("use", node.value(), Permissions.NONE, edge, null))
              .toList();
      case Refusal.OverlayInUse(var overlay, var reader) ->
          List.of(blocker("use", overlay.value(), reader.grant().taken(), reader, null));
      case Refusal.NodeBusy(var node, var owner, var kind) ->
          List.of(
              new Problem.Blocker(kind.word(), node.value(), List.of(), null, null, owner.value()));
      case Refusal.JobEdgeFixed(var edge, var user, var kind, _) ->
          List.of(
              new Problem.Blocker(
                  kind.word(), edge.child().value(), List.of(), party(edge), null, user.value()));
      case Refusal.EdgeFrozen(var edge, var by, _) ->
          List.of(
              new Problem.Blocker(
                  "frozen", edge.child().value(), List.of(), party(edge), null, by.value()));
      default -> List.of();
    };
  }

  private static List<String> path(Refusal refusal) {
    return switch (refusal) {
      case Refusal.WouldCycle(var cycle) -> ids(cycle);
      case Refusal.ReplaceWouldLoop(_, _, var edges) -> ids(edges);
      default -> List.of();
    };
  }

  private static List<String> ids(List<Edge> edges) {
    return edges.stream().map(edge -> edge.id().value()).toList();
  }

  private static Problem.Blocker blocker(
      String kind,
      String node,
      Permissions permissions,
      @Nullable Edge requiring,
      @Nullable Edge unsharing) {
    return new Problem.Blocker(
        kind,
        node,
        permissions.toList().stream().map(Permission::word).toList(),
        requiring == null ? null : party(requiring),
        unsharing == null ? null : party(unsharing),
        null);
  }

  static Problem.Party party(Edge edge) {
    String kind =
        switch (edge.parent()) {
          case Parent.OfNode _ -> "node";
          case Parent.OfUser(_, var user) -> user.word();
        };
    return new Problem.Party(kind, edge.parent().id(), edge.name().value(), edge.id().value());
  }
}
