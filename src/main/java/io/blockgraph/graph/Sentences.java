package io.blockgraph.graph;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Says a refusal in plain words: one sentence with all the names, and, where there is one, the
/// next step to try.
///
/// Sentences begin with a small letter and have no full stop, so that they can stand within others.
/// Pure functions.
public final class Sentences {
  private static final Permissions WRITING =
      Permissions.of(Permission.WRITE, Permission.WRITE_UNCHANGED);

  private Sentences() {}

  /// What stands in the way.
  public static String of(Refusal refusal) {
    return switch (refusal) {
      case Refusal.NodeNotFound(NodeName node) -> "there is no node '" + node + "'";
      case Refusal.UserNotFound(UserId user) ->
          "there is no job, replication, export or command '" + user + "'";
      case Refusal.EdgeNotFound(EdgeId edge) -> "there is no edge '" + edge + "'";
      case Refusal.NameInUse(String name, String by) ->
          "the name '" + name + "' is in use by " + article(by);
      case Refusal.UnknownDriver(NodeName node, DriverName driver) ->
          "node '" + node + "' asks for driver '" + driver + "', which does not exist";
      case Refusal.BadShape(NodeName node, String reason) ->
          "node '" + node + "' cannot be like this: " + reason;
      case Refusal.NodeInUse(NodeName node, List<Edge> parents) ->
          "node '"
              + node
              + "' is in use by "
              + parents.stream().map(Sentences::named).collect(Collectors.joining(", "));
      case Refusal.NodeBusy(NodeName node, UserId owner, User.Kind kind) ->
          "node '" + node + "' is owned by " + kind.word() + " '" + owner + "'";
      case Refusal.PermissionConflict conflict -> conflict(conflict);
      case Refusal.NodeReadOnly(NodeName node, Permissions wanted, Edge requiring) ->
          "node '" + node + "' is read-only; " + named(requiring) + " needs " + wanted;
      case Refusal.NodeInactive(NodeName node, Optional<NodeName> above) ->
          "node '"
              + node
              + "' is inactive"
              + above.map(name -> "; node '" + name + "' above it is not").orElse("");
      case Refusal.WouldCycle(List<Edge> cycle) ->
          "the graph would lead back to where it began: " + path(cycle);
      case Refusal.EdgeFrozen(Edge edge, UserId by, User.Kind kind) ->
          "edge '"
              + edge.id()
              + "' of "
              + edge.parent().described()
              + " is frozen by "
              + kind.word()
              + " '"
              + by
              + "'";
      case Refusal.TooDeep(NodeName node, int limit) ->
          "the chain below node '" + node + "' would be longer than " + limit + " nodes";
      case Refusal.ReplaceNotCovered covered -> notCovered(covered);
      case Refusal.ReplaceWouldChangeData change -> changesData(change);
      case Refusal.ReplaceWouldLoop loop -> wouldLoop(loop);
      case Refusal.SelfMirror(NodeName source, NodeName target) ->
          "node '"
              + source
              + "' cannot be copied to node '"
              + target
              + "': both show the same disk, or the one reads the other";
      case Refusal.NotInChain(NodeName node, NodeName wanted) ->
          "node '" + wanted + "' does not lie below node '" + node + "' in its backing chain";
      case Refusal.EdgeElsewhere(Edge edge, NodeName wanted) ->
          edge.described() + " leads to node '" + edge.child() + "', not to node '" + wanted + "'";
      case Refusal.JobEdgeFixed(Edge edge, UserId _, User.Kind _, List<EdgeId> _) ->
          "edge '"
              + edge.id()
              + "' is how "
              + edge.parent().described()
              + " does its work and has to lead to node '"
              + edge.child()
              + "'";
      case Refusal.NotAFilter(NodeName node, DriverName driver) ->
          "node '" + node + "' is no filter (driver '" + driver + "')";
      case Refusal.FilterElsewhere(NodeName filter, NodeName shown, NodeName wanted) ->
          "filter '" + filter + "' is above node '" + shown + "', not above node '" + wanted + "'";
      case Refusal.OverlayInUse(NodeName overlay, Edge reader) ->
          "overlay '" + overlay + "' is read by " + named(reader);
      case Refusal.OverlayIsFilter(NodeName overlay, DriverName driver) ->
          "overlay '"
              + overlay
              + "' is a filter (driver '"
              + driver
              + "') and keeps no data of its own";
      case Refusal.OverlayHasBacking(NodeName overlay, NodeName backing) ->
          "overlay '" + overlay + "' has node '" + backing + "' as its backing disk already";
      case Refusal.BackingUnsupported(NodeName overlay, DriverName driver) ->
          "overlay '" + overlay + "' cannot have a backing disk: driver '" + driver + "' has none";
      case Refusal.SidesWouldDiffer(NodeName node, DriverName driver) ->
          "the sides of node '"
              + node
              + "' (driver '"
              + driver
              + "') must stay the same, and only one of them is in this chain";
      case Refusal.OverlaySharesStorage(NodeName overlay, NodeName node) ->
          "overlay '"
              + overlay
              + "' stores its own data in node '"
              + node
              + "', which its backing disk would show";
    };
  }

  /// What to do about it; empty when there is nothing better than another request.
  public static Optional<String> hint(Refusal refusal) {
    return switch (refusal) {
      case Refusal.NameInUse(String name, String _) ->
          Optional.of("choose another name than '" + name + "'");
      case Refusal.NodeInUse(NodeName _, List<Edge> parents) ->
          parents.stream().findFirst().map(edge -> letGo(edge.parent()));
      case Refusal.NodeBusy(NodeName _, UserId owner, User.Kind kind) ->
          Optional.of(waitFor(owner, kind));
      case Refusal.PermissionConflict(
              NodeName _,
              Permissions missing,
              Edge requiring,
              Edge unsharing) ->
          Optional.of(outOfTheWay(missing, requiring, unsharing));
      case Refusal.NodeReadOnly(NodeName node, Permissions _, Edge requiring) ->
          Optional.of("make node '" + node + "' writable" + orReadOnly(requiring.parent()));
      case Refusal.NodeInactive(NodeName node, Optional<NodeName> above) ->
          Optional.of(
              "make node '"
                  + node
                  + "' active"
                  + above.map(name -> ", or node '" + name + "' inactive first").orElse(""));
      case Refusal.EdgeFrozen(Edge _, UserId by, User.Kind kind) -> Optional.of(waitFor(by, kind));
      case Refusal.TooDeep(NodeName node, int _) ->
          Optional.of("commit or stream the chain below node '" + node + "' to shorten it");
      case Refusal.ReplaceNotCovered(NodeName source, NodeName _, NodeName _) ->
          Optional.of("replace node '" + source + "' itself, or a node it shows through filters");
      case Refusal.ReplaceWouldChangeData(Edge _, Edge other, Permissions _) ->
          Optional.of(letGo(other.parent()));
      case Refusal.ReplaceWouldLoop(NodeName _, NodeName target, List<Edge> edges) ->
          edges.isEmpty()
              ? Optional.of("replace a node that somebody uses")
              : Optional.of(
                  "take the nodes of this loop out from below target '"
                      + target
                      + "', or choose another target");
      case Refusal.OverlayInUse(NodeName _, Edge reader) -> Optional.of(letGo(reader.parent()));
      case Refusal.OverlayHasBacking(NodeName overlay, NodeName _) ->
          Optional.of("detach the backing disk of node '" + overlay + "' first");
      case Refusal.OverlayIsFilter _,
          Refusal.BackingUnsupported _,
          Refusal.OverlaySharesStorage _ ->
          Optional.of("use an empty qcow2 node with a file of its own as the overlay");
      case Refusal.SidesWouldDiffer(NodeName node, DriverName _) ->
          Optional.of("choose a top and a base on one side of node '" + node + "'");
      case Refusal.JobEdgeFixed(Edge _, UserId _, User.Kind _, List<EdgeId> instead) ->
          instead.stream().findFirst().map(edge -> "put the filter at edge '" + edge + "' instead");
      case Refusal.FilterElsewhere(NodeName filter, NodeName shown, NodeName _) ->
          Optional.of("name node '" + shown + "', which filter '" + filter + "' shows");
      case Refusal.SelfMirror _ ->
          Optional.of("choose a target that does not show the source's disk");
      case Refusal.NotInChain(NodeName node, NodeName _) ->
          Optional.of("name a node of the chain that begins at node '" + node + "'");
      case Refusal.NodeNotFound _,
          Refusal.UserNotFound _,
          Refusal.EdgeNotFound _,
          Refusal.UnknownDriver _,
          Refusal.EdgeElsewhere _,
          Refusal.NotAFilter _,
          Refusal.BadShape _,
          Refusal.WouldCycle _ ->
          Optional.empty();
    };
  }

  private static String conflict(Refusal.PermissionConflict conflict) {
    return "on node '"
        + conflict.node()
        + "', "
        + named(conflict.requiring())
        + " needs "
        + conflict.missing()
        + ", which "
        + named(conflict.unsharing())
        + " does not share";
  }

  private static String notCovered(Refusal.ReplaceNotCovered covered) {
    return "node '"
        + covered.replaced()
        + "' cannot be replaced by a copy of node '"
        + covered.source()
        + "': what is below node '"
        + covered.stop()
        + "' may hold other data than the source shows";
  }

  private static String changesData(Refusal.ReplaceWouldChangeData change) {
    String why =
        change.cares().isEmpty()
            ? " uses it too"
            : change.cares().has(Permission.CONSISTENT_READ)
                ? " reads it"
                : " does not share write";
    return "replacing node '"
        + change.vote().child()
        + "' under "
        + named(change.vote())
        + " may change its data, and "
        + named(change.other())
        + why;
  }

  private static String wouldLoop(Refusal.ReplaceWouldLoop loop) {
    String asked =
        "putting node '"
            + loop.target()
            + "' in the place of node '"
            + loop.replaced()
            + "' would ";
    return loop.edges().isEmpty()
        ? asked + "change nothing: nobody uses node '" + loop.replaced() + "'"
        : asked + "not do what was asked, since the target stands on it: " + path(loop.edges());
  }

  private static String path(List<Edge> edges) {
    String last = edges.isEmpty() ? "" : " -> " + edges.getLast().child();
    return edges.stream().map(edge -> edge.id().value()).collect(Collectors.joining(" -> ")) + last;
  }

  private static String named(Edge edge) {
    return edge.parent().described() + " (edge '" + edge.id() + "')";
  }

  private static String article(String word) {
    return ("aeiou".indexOf(word.charAt(0)) >= 0 ? "an " : "a ") + word;
  }

  private static String outOfTheWay(Permissions missing, Edge requiring, Edge unsharing) {
    boolean requestAgainstNode = isCommand(requiring.parent());
    boolean fromUnsharing = unsharing.parent() instanceof Parent.OfUser || requestAgainstNode;
    Edge user = fromUnsharing ? unsharing : requiring;
    boolean writes = !missing.intersect(WRITING).isEmpty() && user.equals(requiring);
    return letGo(user.parent()) + (writes ? orReadOnly(user.parent()) : "");
  }

  private static boolean isCommand(Parent parent) {
    return parent instanceof Parent.OfUser(UserId _, User.Kind kind) && kind == User.Kind.COMMAND;
  }

  private static String orReadOnly(Parent parent) {
    return parent instanceof Parent.OfUser(UserId user, User.Kind kind) && kind == User.Kind.EXPORT
        ? ", or make export '" + user + "' read-only"
        : "";
  }

  private static String letGo(Parent parent) {
    return switch (parent) {
      case Parent.OfNode(NodeName node) ->
          "detach the child from node '" + node + "', or remove node '" + node + "'";
      case Parent.OfUser(UserId user, User.Kind kind) ->
          switch (kind) {
            case EXPORT -> "close export '" + user + "'";
            case JOB, REPLICATION -> waitFor(user, kind);
            case THROTTLE_GROUP -> "remove throttle group '" + user + "'";
            case COMMAND -> "wait until request '" + user + "' is answered";
          };
    };
  }

  private static String waitFor(UserId owner, User.Kind kind) {
    return kind == User.Kind.REPLICATION
        ? "stop replication '" + owner + "' first"
        : "wait for job '" + owner + "' to end, or cancel it";
  }
}
