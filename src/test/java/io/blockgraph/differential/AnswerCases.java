package io.blockgraph.differential;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/// Recognizes differences between answers.
final class AnswerCases {
  private AnswerCases() {}

  /// Both refuse, each for another reason, and both are right.
  static boolean eachIsRight(Difference difference, Scene scene) {
    if (!(difference instanceof Difference.Answers(Verdict.Refused daemon, Verdict.Refused ours))) {
      return false;
    }
    Picture before = scene.before().ours();
    Facts facts = new Facts(scene.command(), before);
    boolean each = facts.hold(daemon.reason()) && facts.hold(ours.reason());
    return each
        || DirectFacts.of(scene.command(), before)
            .filter(direct -> direct.hold(daemon.reason(), ours.reason()))
            .isPresent();
  }

  static boolean onlyOursRefuse(Difference difference, Reason reason) {
    return difference instanceof Difference.Answers(Verdict.Accepted _, Verdict.Refused ours)
        && ours.reason() == reason;
  }

  static boolean onlyDaemonRefuses(Difference difference, Reason reason) {
    return difference instanceof Difference.Answers(Verdict.Refused daemon, Verdict.Accepted _)
        && daemon.reason() == reason;
  }

  /// Only Blockgraph refuses, because an edge of a node of this driver, or below one, does not
  /// share WRITE or RESIZE.
  static boolean keepsWritersOut(Difference difference, Scene scene, String driver) {
    if (!onlyOursRefuse(difference, Reason.PERMISSION)) {
      return false;
    }
    Difference.Answers answers = (Difference.Answers) difference;
    JsonNode blocker = ((Verdict.Refused) answers.ours()).problem().path("blockers").path(0);
    Set<String> missing =
        blocker
            .path("permissions")
            .valueStream()
            .map(JsonNode::asString)
            .collect(Collectors.toSet());
    String parent = blocker.at("/unsharedBy/id").asString("").replace('.', '/');
    return blocker.at("/unsharedBy/kind").asString("").equals("node")
        && Set.of("write", "resize").containsAll(missing)
        && (PictureCases.isBelow(scene.before().ours(), parent, driver)
            || coming(scene, driver).anyMatch(parent::equals));
  }

  /// The node of this driver that the command would bring, and what would be below it.
  private static Stream<String> coming(Scene scene, String driver) {
    return switch (scene.command()) {
      case Command.AddNode(String name, Blueprint blueprint)
          when blueprint.driver().equals(driver) ->
          Stream.concat(Stream.of(name), below(scene, Facts.below(blueprint).stream()));
      case Command.StartMirror mirror when driver.equals("mirror-top") ->
          Stream.concat(
              Stream.of(Jobs.filter(mirror.job())), below(scene, Stream.of(mirror.source())));
      default -> Stream.of();
    };
  }

  private static Stream<String> below(Scene scene, Stream<String> tops) {
    return tops.flatMap(top -> scene.before().ours().subtree(top).stream());
  }

  /// Only the daemon refuses, because a node is a backing disk.
  static boolean backingDiskIsNotBlocked(Difference difference, Scene scene) {
    return onlyDaemonRefuses(difference, Reason.BUSY)
        && named(scene.command())
            .flatMap(scene.before().daemon()::parentsOf)
            .anyMatch(edge -> edge.name().equals("backing"));
  }

  private static Stream<String> named(Command command) {
    return switch (command) {
      case Command.Snapshot(String node, _) -> Stream.of(node);
      case Command.SnapshotFile(String node, _) -> Stream.of(node);
      case Command.Resize(String node, _) -> Stream.of(node);
      case Command.StartMirror mirror ->
          Stream.concat(
              Stream.of(mirror.source(), mirror.target()), mirror.how().replaces().stream());
      default -> Stream.of();
    };
  }

  /// Only the daemon refuses to replace a quorum's child that has another parent.
  static boolean idleParentsDoNotCare(Difference difference, Scene scene) {
    return onlyDaemonRefuses(difference, Reason.NOT_COVERED)
        && replaced(scene)
            .filter(node -> scene.before().daemon().parentsOf(node).count() > 1)
            .isPresent();
  }

  private static Optional<String> replaced(Scene scene) {
    return scene.command() instanceof Command.StartMirror mirror
        ? mirror.how().replaces()
        : Optional.empty();
  }

  /// A write past the end of a read-only export: neither could be done.
  static boolean pastTheEndOfAReadOnlyExport(Difference difference, Scene scene) {
    boolean writes =
        scene.command() instanceof Command.Write || scene.command() instanceof Command.Zero;
    return writes
        && difference instanceof Difference.Answers(Verdict.Refused daemon, Verdict.Refused ours)
        && daemon.reason() == Reason.IO
        && ours.reason() == Reason.READ_ONLY;
  }

  /// The copy of a source without backing disk, of which the daemon has copied only what the source
  /// stores, over what the target held before.
  static boolean topIsAll(Difference difference, Scene scene) {
    return whereBytesDiffer(difference, scene)
        .filter(node -> scene.history().isTopOnly(scene.ours(), node))
        .isPresent();
  }

  /// The copy of a source that was written to while its job was pending.
  static boolean lateWriteIsCopied(Difference difference, Scene scene) {
    return whereBytesDiffer(difference, scene)
        .filter(node -> scene.history().isWrittenLate(scene.ours(), node))
        .isPresent();
  }

  /// The rest of a cluster of which a client has written a part.
  static boolean clusterIsCopiedWhole(Difference difference, Scene scene) {
    return whereBytesDiffer(difference, scene)
        .filter(node -> scene.history().isWrittenInParts(scene.ours(), node))
        .isPresent();
  }

  /// What was streamed past a disk that ends early.
  static boolean shortDiskHides(Difference difference, Scene scene) {
    return whereBytesDiffer(difference, scene)
        .filter(node -> scene.history().isPastShort(scene.ours(), node))
        .isPresent();
  }

  /// Only Blockgraph refuses, because somebody else reads what is committed to.
  static boolean baseIsRead(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Commit(_, String top, String base)
        && onlyOursRefuse(difference, Reason.PERMISSION)
        && scene
            .before()
            .ours()
            .parentsOf(base)
            .filter(edge -> edge.grant().taken().contains("consistent-read"))
            .anyMatch(edge -> !new Chain(scene.before().ours()).from(top).contains(edge.parent()));
  }

  /// Only Blockgraph refuses to commit a disk that a client writes and that backs another.
  static boolean isStoodOn(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Commit(_, String top, _)
        && onlyOursRefuse(difference, Reason.READ_ONLY)
        && scene.before().ours().parentsOf(top).anyMatch(edge -> edge.name().equals("backing"))
        && scene
            .before()
            .ours()
            .parentsOf(top)
            .anyMatch(edge -> edge.grant().taken().contains("write"));
  }

  /// Only the daemon refuses a filter as the last that a stream brings up.
  static boolean bottomIsShown(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Stream(_, _, Optional<Command.To> end)
        && onlyDaemonRefuses(difference, Reason.UNSUPPORTED)
        && end.filter(to -> to.side() == Command.To.Side.BOTTOM)
            .filter(to -> Facts.isFilter(scene.before().ours(), to.node()))
            .isPresent();
  }

  /// Only Blockgraph refuses, because a quorum would have a disk twice.
  static boolean wouldVoteTwice(Difference difference) {
    return onlyOursRefuse(difference, Reason.INVALID)
        && difference.toString().contains("BAD_SHAPE")
        && difference.toString().contains("would vote twice");
  }

  /// The copy that lacks what a client has written below the daemon's filter.
  static boolean writeIsCopied(Difference difference, Scene scene) {
    return whereBytesDiffer(difference, scene)
        .filter(node -> scene.history().isBypassed(scene.ours(), node))
        .isPresent();
  }

  /// A node would stand on the filter of a mirror that it is below as its target.
  static boolean wouldStandOnItsFilter(Difference difference, Scene scene) {
    return onlyOursRefuse(difference, Reason.CYCLE)
        && ((Verdict.Refused) ((Difference.Answers) difference).ours())
            .problem()
            .path("path")
            .valueStream()
            .map(edge -> edge.asString().split(":"))
            .anyMatch(
                edge ->
                    edge[1].equals("target")
                        && scene.before().ours().driver(edge[0]).equals("mirror-top"));
  }

  private static Optional<String> whereBytesDiffer(Difference difference, Scene scene) {
    return switch (difference) {
      case Difference.Bytes(String node, Verdict.Accepted _, Verdict.Accepted _) ->
          Optional.of(node);
      case Difference.Answers(Verdict.Accepted _, Verdict.Accepted _)
          when scene.command() instanceof Command.Read read ->
          Optional.ofNullable(scene.ours().exports().get(read.export()));
      default -> Optional.empty();
    };
  }
}
