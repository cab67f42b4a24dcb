package io.blockgraph.differential;

import io.blockgraph.differential.Command.Commit;
import io.blockgraph.differential.Command.Reopen;
import io.blockgraph.differential.Command.Resize;
import io.blockgraph.differential.Command.Snapshot;
import io.blockgraph.differential.Command.StartMirror;
import io.blockgraph.differential.Command.Steer;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiPredicate;

/// What differs and is meant to: all of it, each with exactly the case it stands for. Why stands in
/// docs/qemu-differences.md.
enum IntendedDifference {
  D1("of several reasons to refuse, each side names another first", AnswerCases::eachIsRight),
  D2(
      "a copy-on-read node that is used lets nobody else write below it",
      (difference, scene) ->
          PictureCases.keepsWritersOut(difference, scene, "copy-on-read")
              || AnswerCases.keepsWritersOut(difference, scene, "copy-on-read")),
  D3(
      "nobody writes to a mirror's source beside its filter",
      (difference, scene) ->
          PictureCases.keepsWritersOut(difference, scene, "mirror-top")
              || AnswerCases.keepsWritersOut(difference, scene, "mirror-top")),
  D4(
      "a mirror's filter has its target as a child",
      (difference, scene) ->
          PictureCases.filterShowsTarget(difference, scene)
              || AnswerCases.wouldStandOnItsFilter(difference, scene)),
  D5("a mirror job has one hold on its target, not two", PictureCases::targetIsHeldOnce),
  D6(
      "a mirror's filter is read-only above a read-only source",
      PictureCases::filterIsAsWritableAsItsSource),
  D7("being a backing disk is no reason to refuse", AnswerCases::backingDiskIsNotBlocked),
  D8(
      "a node that other nodes use can be mirrored, and keeps snapshots in its image",
      (difference, _) -> AnswerCases.onlyDaemonRefuses(difference, Reason.NOT_A_ROOT)),
  D9(
      "an overlay of another length needs consent",
      (difference, scene) ->
          scene.command() instanceof Snapshot
              && AnswerCases.onlyOursRefuse(difference, Reason.SIZE)),
  D10(
      "an overlay that holds data needs consent",
      (difference, _) -> AnswerCases.onlyOursRefuse(difference, Reason.NOT_EMPTY)),
  D11(
      "a node is not backed by what stores its own metadata",
      (difference, _) -> AnswerCases.onlyOursRefuse(difference, Reason.SHARED_STORAGE)),
  D12("an overlay that a snapshot has made stays until deleted", PictureCases::madeOverlayStays),
  D13("an overlay made on a read-only node is writable", PictureCases::madeOverlayIsWritable),
  D14(
      "snapshots and commits make read-only also what QEMU cannot reopen",
      PictureCases::protectsWhatCannotBeReopened),
  D15(
      "a filter that writes by itself stays writable under an overlay",
      PictureCases::selfWritingFilterStaysWritable),
  D16(
      "a mirror of other length is refused at the start",
      (difference, scene) ->
          scene.command() instanceof StartMirror
              && AnswerCases.onlyOursRefuse(difference, Reason.SIZE)),
  D17(
      "a copy of a part takes a place only with consent",
      (difference, _) -> AnswerCases.onlyOursRefuse(difference, Reason.CONSENT)),
  D18("a file has its length to the byte", PictureCases::fileEndsWhereItEnds),
  D19(
      "pauses nest",
      (difference, scene) ->
          scene.command() instanceof Steer(_, Command.Verb verb)
              && verb == Command.Verb.PAUSE
              && AnswerCases.onlyDaemonRefuses(difference, Reason.VERB)),
  D20(
      "a quorum can be resized",
      (difference, scene) ->
          scene.command() instanceof Resize
              && AnswerCases.onlyDaemonRefuses(difference, Reason.UNSUPPORTED)),
  D21(
      "no node is a quorum's child twice",
      (difference, _) -> AnswerCases.wouldVoteTwice(difference)),
  D22(
      "every node can be changed while it is open",
      (difference, scene) ->
          (scene.command() instanceof Reopen || scene.command() instanceof Commit)
              && AnswerCases.onlyDaemonRefuses(difference, Reason.UNSUPPORTED)),
  D23(
      "a format does not get another file while it is open",
      (difference, scene) ->
          scene.command() instanceof Reopen
              && AnswerCases.onlyOursRefuse(difference, Reason.FIXED)),
  D24("a filter has the length that its child has now", PictureCases::lengthIsFresh),
  D25("who else uses a replaced child matters, not how many", AnswerCases::idleParentsDoNotCare),
  D26(
      "writing past the end of a read-only export is refused as writing",
      AnswerCases::pastTheEndOfAReadOnlyExport),
  D27("the top of a source without backing disk is all of it", AnswerCases::topIsAll),
  D28(
      "a mirror's target becomes as read-only as what it replaces, or the job fails",
      (difference, scene) ->
          PictureCases.targetStaysWritable(scene)
              || PictureCases.targetBecomesReadOnly(difference, scene)),
  D29(
      "a quorum takes a child that others use",
      (difference, scene) ->
          scene.command() instanceof Command.AddChild
              && AnswerCases.onlyDaemonRefuses(difference, Reason.IN_USE)),
  D30(
      "a swap that would not do what was asked fails the job",
      (_, scene) -> PictureCases.swapWouldLoop(scene)),
  D31("a blkverify is resized on both sides", PictureCases::bothSidesAreResized),
  D32("what is written while a job is pending is copied", AnswerCases::lateWriteIsCopied),
  D33(
      "a quorum takes no child of another length",
      (difference, scene) ->
          scene.command() instanceof Command.AddChild
              && AnswerCases.onlyOursRefuse(difference, Reason.SIZE)),
  D34(
      "a ready job that rests can end with its copy kept",
      (difference, scene) ->
          scene.command() instanceof Steer(_, Command.Verb verb)
              && verb == Command.Verb.KEEP_COPY
              && AnswerCases.onlyDaemonRefuses(difference, Reason.VERB)),
  D35(
      "an export of a node that is mirrored serves the job's filter",
      (difference, scene) ->
          PictureCases.exportServesTheFilter(difference, scene)
              || AnswerCases.writeIsCopied(difference, scene)),
  D36(
      "a job that waits to be finalized can end with its copy kept",
      PictureCases::pendingJobEndsGently),
  D37("a cluster of a copy begins whole", AnswerCases::clusterIsCopiedWhole),
  D38(
      "a commit into a longer base is refused",
      (difference, scene) ->
          scene.command() instanceof Commit && AnswerCases.onlyOursRefuse(difference, Reason.SIZE)),
  D39("filters stay where they stand in a chain that is shortened", PictureCases::filterStays),
  D40("nobody reads a base while it is written", AnswerCases::baseIsRead),
  D41(
      "a stream past a disk that ends early changes nothing that is seen",
      AnswerCases::shortDiskHides),
  D42(
      "what is dirty ends where the disk ends",
      (difference, _) -> DirectCases.endsWithTheDisk(difference)),
  D43("a bitmap in a read-only image is not switched", DirectCases::staysAsItIsStored),
  D44(
      "a read-only export shows a bitmap that goes on recording",
      (difference, _) -> AnswerCases.onlyDaemonRefuses(difference, Reason.ENABLED)),
  D45("a transaction has actions", DirectCases::hasNoActions),
  D46("what cannot be taken back is no part of a transaction", DirectCases::cannotBeTakenBack),
  D47("a threshold is a length", DirectCases::isNoLength),
  D48("nobody else writes to a target of a backup", DirectCases::targetIsWritten),
  D49("a size of requests may come before a limit of requests", DirectCases::countsNothing),
  D50("a backup of what is overwritten is ready, and can end well", DirectCases::isReadyAllAlong),
  D51(
      "a backup by a bitmap is done with it unless told otherwise",
      (difference, _) -> DirectCases.modeIsKnown(difference)),
  D52("what a transaction removes is gone for its later actions", DirectCases::isGoneAtOnce),
  D53("an image of odd bytes is made as long as whole sectors", DirectCases::isRounded),
  D54("a file that is there is not made again", DirectCases::keepsTheFile),
  D55(
      "an encrypted node holds its file for its parents, who may make it longer",
      DirectCases::isEncrypted),
  D56("what has its place can be compressed anew", DirectCases::hasItsPlace),
  D57("an encrypted disk keeps its length", DirectCases::keepsItsLength),
  D58("the key that a node is opened with is not erased without force", DirectCases::keepsItsKey),
  D59("what is refused in a transaction leaves bitmaps on", DirectCases::staysOn),
  D60("what is refused in a transaction leaves bitmaps as they mark", DirectCases::marksTheSame),
  D61(
      "a disk that others stand on is not committed while clients write it",
      AnswerCases::isStoodOn),
  D62("a filter as the bottom of a stream is the disk that it shows", AnswerCases::bottomIsShown),
  D63("encrypted images are made in one way", DirectCases::isMadeInOneWay),
  D64("a commit that fails leaves its base as writable as it was", PictureCases::baseIsAsItWas),
  D65("nothing is copied of a disk before its overlay is written", DirectCases::sparesTheOverlay);

  private final String sentence;

  /// A function of its arguments alone.
  @SuppressWarnings("ImmutableEnumChecker")
  private final BiPredicate<Difference, Scene> predicate;

  IntendedDifference(String sentence, BiPredicate<Difference, Scene> predicate) {
    this.sentence = sentence;
    this.predicate = predicate;
  }

  String sentence() {
    return sentence;
  }

  /// Whether both sides still are the same, so that there is a point in going on: not after one of
  /// them has done what the other has not.
  boolean parts() {
    return switch (this) {
      case D12, D13, D14, D15, D24, D27, D28, D30, D31, D32, D36, D39, D41, D59, D60, D64 -> true;
      default -> false;
    };
  }

  /// The one that a difference is, if it is any.
  static Optional<IntendedDifference> of(Difference difference, Scene scene) {
    return Arrays.stream(values())
        .filter(intended -> intended.predicate.test(difference, scene))
        .findFirst();
  }
}
