package io.blockgraph.differential;

import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.Qmp;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Recognizes differences between answers to requests that are one on each side.
final class DirectCases {
  private DirectCases() {}

  /// The last part of a bitmap is dirty, and the disk ends within it.
  static boolean endsWithTheDisk(Difference difference) {
    return difference instanceof Difference.Bitmaps(_, var theirs, var mine)
        && theirs.isPresent()
        && mine.isPresent()
        && endsWithTheDisk(theirs.get(), mine.get());
  }

  private static boolean endsWithTheDisk(Picture.Bitmap daemon, Picture.Bitmap ours) {
    long more = daemon.dirtyBytes() - ours.dirtyBytes();
    return daemon.granularity() == ours.granularity()
        && daemon.flags().equals(ours.flags())
        && more > 0
        && more < daemon.granularity();
  }

  static boolean staysAsItIsStored(Difference difference, Scene scene) {
    return AnswerCases.onlyOursRefuse(difference, Reason.READ_ONLY)
        && DirectFacts.of(scene.command(), scene.before().ours())
            .filter(DirectFacts::changesWhatIsStored)
            .isPresent();
  }

  static boolean hasNoActions(Difference difference, Scene scene) {
    return AnswerCases.onlyOursRefuse(difference, Reason.INVALID)
        && qmp(scene).filter(qmp -> List.of().equals(qmp.arguments().get("actions"))).isPresent();
  }

  static boolean cannotBeTakenBack(Difference difference, Scene scene) {
    return difference instanceof Difference.Answers(_, Verdict.Refused ours)
        && ours.said().contains("cannot be taken back")
        && qmp(scene).filter(qmp -> qmp.command().equals("transaction")).isPresent();
  }

  static boolean isNoLength(Difference difference, Scene scene) {
    return AnswerCases.onlyOursRefuse(difference, Reason.INVALID)
        && qmp(scene).filter(qmp -> qmp.command().equals("block-set-write-threshold")).isPresent();
  }

  /// What is written to an overlay is no reason to copy what the disk below it holds.
  static boolean sparesTheOverlay(Difference difference, Scene scene) {
    return difference
            instanceof Difference.Bytes(String node, Verdict.Accepted _, Verdict.Accepted _)
        && scene.history().isSpared(scene.ours(), node);
  }

  /// Only the daemon refuses a size by which requests are counted where nothing counts them.
  static boolean countsNothing(Difference difference, Scene scene) {
    return AnswerCases.onlyDaemonRefuses(difference, Reason.INVALID)
        && qmp(scene).filter(qmp -> qmp.arguments().toString().contains("iops-size")).isPresent();
  }

  /// Only Blockgraph refuses a backup, because somebody writes to its target.
  static boolean targetIsWritten(Difference difference, Scene scene) {
    Picture before = scene.before().ours();
    return AnswerCases.onlyOursRefuse(difference, Reason.PERMISSION)
        && DirectFacts.of(scene.command(), before).stream()
            .flatMap(DirectFacts::backups)
            .map(DirectFacts.Backup::target)
            .flatMap(before::parentsOf)
            .anyMatch(edge -> edge.grant().taken().contains("write"));
  }

  /// The daemon keeps a bitmap that a transaction removes, and its name, until all has been
  /// decided.
  static boolean isGoneAtOnce(Difference difference, Scene scene) {
    return difference instanceof Difference.Answers(Verdict.Refused daemon, Verdict ours)
        && (daemon.reason() == Reason.BUSY || daemon.reason() == Reason.NAME_IN_USE)
        && (ours.isAccepted()
            || (ours instanceof Verdict.Refused(Reason reason, _, _) && reason == Reason.NOT_FOUND))
        && DirectFacts.of(scene.command(), scene.before().ours())
            .filter(DirectFacts::namesWhatIsRemoved)
            .isPresent();
  }

  /// A length of odd bytes, which Blockgraph rounds up as `qemu-img` does.
  static boolean isRounded(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Task
        && AnswerCases.onlyDaemonRefuses(difference, Reason.INVALID)
        && difference.toString().contains("must be a multiple of 512 bytes");
  }

  static boolean keepsTheFile(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Task
        && AnswerCases.onlyOursRefuse(difference, Reason.NAME_IN_USE);
  }

  /// The link of an encrypted node to its file.
  static boolean isEncrypted(Difference difference, Scene scene) {
    return difference instanceof Difference.Edges(_, var daemon, var ours)
        && daemon.isPresent()
        && ours.isPresent()
        && scene.ours().driver(ours.get().parent()).equals("luks")
        && daemon.get().name().equals("file")
        && without(daemon.get(), ours.get());
  }

  /// Whether they are the same but for what is read consistently and what gets another length.
  private static boolean without(Picture.Edge daemon, Picture.Edge ours) {
    Set<String> taken = new HashSet<>(daemon.grant().taken());
    Set<String> shared = new HashSet<>(daemon.grant().shared());
    taken.removeAll(Set.of("consistent-read", "resize"));
    shared.remove("resize");
    Set<String> takes = new HashSet<>(ours.grant().taken());
    takes.removeAll(Set.of("consistent-read", "resize"));
    Set<String> shares = new HashSet<>(ours.grant().shared());
    shares.remove("resize");
    return taken.equals(takes) && shared.equals(shares);
  }

  /// Only the daemon gives an encrypted disk another length.
  static boolean keepsItsLength(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Resize(String node, _)
        && scene.before().ours().driver(node).equals("luks")
        && AnswerCases.onlyOursRefuse(difference, Reason.UNSUPPORTED);
  }

  /// Only the daemon makes an encrypted image by another cipher, or takes its place before.
  static boolean isMadeInOneWay(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Task(_, Direct(_, Command.Http http), _)
        && "luks".equals(http.body().get("driver"))
        && Stream.of("cipherAlg", "cipherMode", "ivgenAlg", "hashAlg", "preallocation")
            .anyMatch(http.body()::containsKey)
        && AnswerCases.onlyOursRefuse(difference, Reason.INVALID);
  }

  /// Only the daemon erases the key that a node is opened with.
  static boolean keepsItsKey(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Task
        && AnswerCases.onlyOursRefuse(difference, Reason.INVALID)
        && difference.toString().contains("the node could not be opened again");
  }

  /// Only Blockgraph compresses anew what has its place.
  static boolean hasItsPlace(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Write write
        && AnswerCases.onlyDaemonRefuses(difference, Reason.IO)
        && scene
            .before()
            .ours()
            .subtree(scene.before().ours().exports().get(write.export()))
            .stream()
            .anyMatch(node -> scene.before().ours().driver(node).equals("compress"));
  }

  /// Only the daemon has switched a busy bitmap off, because it was asked to enable it.
  static boolean staysOn(Difference difference, Scene scene) {
    return difference instanceof Difference.Bitmaps(_, var daemon, var ours)
        && daemon.isPresent()
        && ours.isPresent()
        && ours.get().flags().containsAll(Set.of("recording", "busy"))
        && !daemon.get().flags().contains("recording")
        && qmp(scene).filter(qmp -> qmp.command().equals("transaction")).isPresent();
  }

  /// Only the daemon has marked more in a bitmap, because it was asked to copy by it and to keep it
  /// whatever comes of that.
  static boolean marksTheSame(Difference difference, Scene scene) {
    return difference instanceof Difference.Bitmaps(String name, var daemon, var ours)
        && daemon.isPresent()
        && ours.isPresent()
        && daemon.get().flags().equals(ours.get().flags())
        && daemon.get().dirtyBytes() > ours.get().dirtyBytes()
        && DirectFacts.of(scene.command(), scene.before().ours())
            .filter(direct -> direct.wouldCopyAlwaysBy(name))
            .isPresent();
  }

  /// Only the daemon wants to be told what becomes of a bitmap.
  static boolean modeIsKnown(Difference difference) {
    return AnswerCases.onlyDaemonRefuses(difference, Reason.INVALID)
        && difference.toString().contains("Bitmap sync mode must be given");
  }

  /// Only Blockgraph's stands where it may be completed or ended gently.
  static boolean isReadyAllAlong(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Life life
        && life.begin().qmp().arguments().containsValue("none")
        && difference
            instanceof
            Difference.Answers(Verdict.Accepted(String theirs), Verdict.Accepted(String ours))
        && ready(theirs).replaceFirst("(keep copy.*)failed$", "$1done").equals(ready(ours));
  }

  /// As if the job had been ready from its first moment on, in which Blockgraph's may still run.
  private static String ready(String story) {
    return untold(story).replace("running", "ready").replace("paused", "standby");
  }

  private static String untold(String story) {
    return story.substring(0, story.indexOf(", told "));
  }

  private static Optional<Qmp> qmp(Scene scene) {
    return scene.command() instanceof Direct(Qmp qmp, _) ? Optional.of(qmp) : Optional.empty();
  }
}
