package io.blockgraph.rest;

import io.blockgraph.engine.Rejection;
import io.blockgraph.graph.UserId;
import java.util.List;
import java.util.stream.Collectors;

/// What the engine refuses, as problems.
final class RejectionProblems {
  private RejectionProblems() {}

  static Problem of(Rejection rejection) {
    return switch (rejection) {
      case Rejection.RuleBroken(var refusal) -> RefusalProblems.of(refusal);
      case Rejection.RevisionMismatch(long expected, long actual) ->
          Problem.of(
                  ProblemKind.REVISION_MISMATCH,
                  "the graph is at revision " + actual + ", not at " + expected)
              .advising("read the graph again and decide anew");
      case Rejection.DrainTimeout(var user, long ms) ->
          Problem.of(
              ProblemKind.DRAIN_TIMEOUT,
              "requests of '" + user + "' were still under way after " + ms + " ms");
      case Rejection.WriterBusy(long ms) ->
          Problem.of(
              ProblemKind.BUSY, "another change of the graph took longer than " + ms + " ms");
      case Rejection.WorldBroke(var node, var cause) ->
          node.map(name -> BlockProblems.of(cause).about(name.value()))
              .orElseGet(() -> BlockProblems.of(cause));
      case Rejection.NotRemembered(String reason) ->
          Problem.of(ProblemKind.STATE_NOT_REMEMBERED, reason);
      case Rejection.NameTwice(String name) ->
          Problem.of(
                  ProblemKind.INVALID_REQUEST,
                  "'" + name + "' would come and go within one transaction; it can do one of both")
              .advising("make two transactions of it");
      case Rejection.NoImageFormat(var driver) ->
          Problem.of(
              ProblemKind.NO_IMAGE_FORMAT, "driver '" + driver + "' has no images of its own");
      case Rejection.ParameterImpossible(String parameter, String reason) ->
          Problem.of(ProblemKind.INVALID_PARAMETER, parameter + ": " + reason)
              .with(List.of(new Problem.FieldError("/" + parameter, reason)));
      case Rejection.BitmapRefused(var refusal) -> BitmapProblems.of(refusal);
      case Rejection.NoSuchGroup(var group) ->
          Problem.of(
              ProblemKind.THROTTLE_GROUP_NOT_FOUND, "there is no throttle group '" + group + "'");
      case Rejection.GroupImpossible(var group, String reason) ->
          Problem.of(
              ProblemKind.BAD_SHAPE,
              "throttle group '" + group + "' cannot be like this: " + reason);
      case Rejection.AboutNode about -> aboutNode(about);
    };
  }

  private static Problem aboutNode(Rejection.AboutNode rejection) {
    Problem problem =
        switch (rejection) {
          case Rejection.SizeMismatch(var first, long firstBytes, var second, long secondBytes) ->
              Problem.of(
                  ProblemKind.SIZE_MISMATCH,
                  "node '%s' has %d bytes, node '%s' has %d"
                      .formatted(first, firstBytes, second, secondBytes));
          case Rejection.FlushTimeout(var node, long ms) ->
              Problem.of(
                  ProblemKind.DRAIN_TIMEOUT,
                  "a flush of node '" + node + "' was still under way after " + ms + " ms");
          case Rejection.ResizeUnsupported(var node, String reason) ->
              Problem.of(
                  ProblemKind.RESIZE_UNSUPPORTED,
                  "node '" + node + "' keeps its length: " + reason);
          case Rejection.ShrinkNotAllowed(var node, long from, long to) ->
              Problem.of(
                      ProblemKind.SHRINK_NOT_ALLOWED,
                      "node '%s' has %d bytes; %d would cut off data".formatted(node, from, to))
                  .advising("say allowShrink=true when the data at the end may go");
          case Rejection.OverlayNotEmpty(var overlay, long bytes) ->
              Problem.of(
                      ProblemKind.OVERLAY_NOT_EMPTY,
                      "overlay '%s' holds %d bytes of its own; readers would see them suddenly"
                          .formatted(overlay, bytes))
                  .advising("take an empty overlay, or say acceptContentChange=true");
          case Rejection.NodeReadOnly(var node, String operation) ->
              Problem.of(
                  ProblemKind.READ_ONLY,
                  "node '" + node + "' is read-only; it takes no " + operation);
          case Rejection.OptionFixed(var node, var driver, String option) ->
              Problem.of(
                      ProblemKind.OPTION_FIXED,
                      "option '%s' of driver '%s' cannot change while node '%s' is open"
                          .formatted(option, driver, node))
                  .with(List.of(new Problem.FieldError("/" + option, "cannot change while open")));
          case Rejection.ChildHoldsOtherData(var node, var child, var now, var wanted) ->
              Problem.of(
                      ProblemKind.CHILD_HOLDS_OTHER_DATA,
                      "child '%s' of node '%s' is '%s'; '%s' is not the same data behind filters"
                          .formatted(child, node, now, wanted))
                  .advising("use a mirror job with replaces to move the data");
          case Rejection.ChildrenFixed(var node, String reason) ->
              Problem.of(
                  ProblemKind.CHILDREN_FIXED,
                  "the children of node '" + node + "' are fixed: " + reason);
          case Rejection.ChildNotFound(var node, String child) ->
              Problem.of(
                  ProblemKind.CHILD_NOT_FOUND,
                  "node '" + node + "' has no child '" + child + "' in its list");
          case Rejection.DuplicateChild(var node, var edge, var child) ->
              Problem.of(
                      ProblemKind.DUPLICATE_CHILD,
                      "the disk of node '%s' is below node '%s' already (edge '%s') and would vote twice"
                          .formatted(child, node, edge))
                  .advising("say allowDuplicate=true when that is meant");
          case Rejection.RequestsWouldFail(var node, var users) ->
              Problem.of(
                      ProblemKind.CONSENT_MISSING,
                      "requests of '%s' would fail while node '%s' is inactive"
                          .formatted(
                              users.stream().map(UserId::value).collect(Collectors.joining("', '")),
                              node))
                  .with(
                      List.of(
                          new Problem.FieldError(
                              "/acceptFailingRequests", "says that this is meant")))
                  .advising("stop them first, or say acceptFailingRequests=true");
          case Rejection.SnapshotNotFound(var node, String reason) ->
              Problem.of(ProblemKind.SNAPSHOT_NOT_FOUND, "node '" + node + "': " + reason);
          case Rejection.SnapshotNameInUse(var node, String snapshot) ->
              Problem.of(
                  ProblemKind.SNAPSHOT_NAME_IN_USE,
                  "the image of node '%s' keeps an internal snapshot '%s' already"
                      .formatted(node, snapshot));
          case Rejection.SnapshotShown(var node, String snapshot, var shownBy) ->
              Problem.of(
                      ProblemKind.SNAPSHOT_SHOWN,
                      "internal snapshot '%s' of node '%s' is what node '%s' shows"
                          .formatted(snapshot, node, shownBy))
                  .advising("remove node '" + shownBy + "' first");
          case Rejection.SnapshotUnsupported(var node, String reason) ->
              Problem.of(ProblemKind.OPERATION_UNSUPPORTED, "node '" + node + "': " + reason);
          case Rejection.ThresholdNotMet(var node, var child, int left, int needed) ->
              Problem.of(
                      ProblemKind.THRESHOLD_NOT_MET,
                      "without child '%s' node '%s' would have %d children; %d must agree"
                          .formatted(child, node, left, needed))
                  .advising("add another child first, or lower voteThreshold");
          case Rejection.GroupInUse(var node, var group) ->
              Problem.of(
                      ProblemKind.THROTTLE_GROUP_IN_USE,
                      "node '%s' shares the limits of throttle group '%s'".formatted(node, group))
                  .advising("give node '" + node + "' another group or limits of its own");
        };
    return problem.about(rejection.node().value());
  }
}
