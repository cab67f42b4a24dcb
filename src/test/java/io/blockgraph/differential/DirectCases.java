package io.blockgraph.differential;

import io.blockgraph.differential.Command.Direct;
import io.blockgraph.differential.Command.Qmp;
import io.blockgraph.differential.Command.Work;
import java.util.List;
import java.util.Optional;

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
        && qmp(scene)
            .filter(qmp -> qmp.command().matches("block-dirty-bitmap-(add|enable|disable)"))
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

  /// Only the daemon refuses a size by which requests are counted where nothing counts them.
  static boolean countsNothing(Difference difference, Scene scene) {
    return AnswerCases.onlyDaemonRefuses(difference, Reason.INVALID)
        && qmp(scene).filter(qmp -> qmp.arguments().toString().contains("iops-size")).isPresent();
  }

  static boolean targetIsWritten(Difference difference, Scene scene) {
    return AnswerCases.onlyOursRefuse(difference, Reason.PERMISSION)
        && scene.command() instanceof Work(_, Direct(Qmp(_, var arguments), _))
        && scene
            .before()
            .ours()
            .parentsOf(arguments.getOrDefault("target", "").toString())
            .anyMatch(edge -> edge.grant().taken().contains("write"));
  }

  /// Only Blockgraph's stands where it may be completed or ended gently.
  static boolean isReadyAllAlong(Difference difference, Scene scene) {
    return scene.command() instanceof Command.Life life
        && life.begin().qmp().arguments().containsValue("none")
        && difference
            instanceof
            Difference.Answers(Verdict.Accepted(String theirs), Verdict.Accepted(String ours))
        && theirs
            .replace("running", "ready")
            .replace("paused", "standby")
            .replaceFirst("(keep copy.*)failed$", "$1done")
            .equals(ours);
  }

  private static Optional<Qmp> qmp(Scene scene) {
    return scene.command() instanceof Direct(Qmp qmp, _) ? Optional.of(qmp) : Optional.empty();
  }
}
