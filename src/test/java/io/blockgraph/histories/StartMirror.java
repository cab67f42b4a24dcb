package io.blockgraph.histories;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.ReplaceRules;
import io.blockgraph.job.JobEnding;
import io.blockgraph.job.JobId;
import io.blockgraph.job.mirror.CopyMode;
import io.blockgraph.job.mirror.MirrorRequest;
import io.blockgraph.job.mirror.MirrorRequest.PartialData;
import io.blockgraph.job.mirror.SyncMode;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// Starts a mirror job with every kind of source, target and wish.
final class StartMirror implements Operation {
  static final int MOST = 4;

  @Override
  public void play(Stage stage, Dice dice) {
    if (stage.jobs.size() >= MOST) {
      return;
    }
    start(stage, request(stage, dice));
  }

  /// A job of any kind, with a target of its own in the graph.
  static MirrorRequest request(Stage stage, Dice dice) {
    NodeName source = source(stage, dice);
    SyncMode sync = dice.chance(85) ? SyncMode.FULL : dice.oneOf(SyncMode.TOP, SyncMode.NONE);
    NodeName target = target(stage, dice, source, sync);
    return request(stage, dice, source, target, sync);
  }

  static boolean start(Stage stage, MirrorRequest request) {
    stage.changes(request.disks().target());
    String what = "mirror " + request;
    if (!stage.ask(what, () -> stage.site.mirror(request)).isDone()) {
      return false;
    }
    stage.jobs.add(new MirrorUnderWay(request));
    return true;
  }

  /// Mostly something a client uses, through whatever lies between.
  private static NodeName source(Stage stage, Dice dice) {
    if (dice.chance(35)) {
      return dice.oneOf(stage.nodes());
    }
    Root root = dice.oneOf(stage.roots);
    List<NodeName> live =
        List.copyOf(stage.layers().same(stage.nodeOf(root.user()))).stream()
            .filter(stage.nodes()::contains)
            .toList();
    return dice.oneOf(live);
  }

  private static NodeName target(Stage stage, Dice dice, NodeName source, SyncMode sync) {
    int length = (int) stage.site.size(source);
    Disks disks = new Disks(stage, dice);
    if (sync == SyncMode.TOP) {
      NodeSpec shown = stage.spec(stage.layers().unfiltered(source));
      Optional<NodeName> backing = shown.child(ChildName.BACKING).map(ChildSpec::node);
      return disks.emptyImage(length, backing);
    }
    if (sync == SyncMode.NONE) {
      return disks.emptyImage(length, Optional.of(source));
    }
    if (dice.chance(8)) {
      return dice.oneOf(stage.nodes());
    }
    int fit = dice.chance(5) ? length + 512 : length;
    byte[] content = dice.chance(50) ? new byte[fit] : Bytes.random(dice, fit);
    return dice.chance(40) ? disks.plain(content) : disks.image(content);
  }

  private static MirrorRequest request(
      Stage stage, Dice dice, NodeName source, NodeName target, SyncMode sync) {
    MirrorRequest.Replacing replacing =
        new MirrorRequest.Replacing(
            replaced(stage, dice, source),
            dice.oneOf(ReplaceRules.OtherParents.values()),
            PartialData.REFUSED);
    boolean onRequest = dice.chance(15);
    return new MirrorRequest(
        new JobId(stage.fresh("m")),
        new MirrorRequest.Disks(source, target, sync, replacing),
        copying(dice, sync),
        MirrorRequest.Errors.REPORT,
        new JobEnding(
            onRequest ? JobEnding.Finalizing.ON_REQUEST : JobEnding.Finalizing.AUTOMATIC,
            JobEnding.Dismissing.ON_REQUEST),
        Optional.empty());
  }

  private static Optional<NodeName> replaced(Stage stage, Dice dice, NodeName source) {
    if (dice.chance(50)) {
      return Optional.empty();
    }
    List<NodeName> same = List.copyOf(stage.layers().same(source));
    return Optional.of(dice.chance(80) ? dice.oneOf(same) : dice.oneOf(stage.nodes()));
  }

  static MirrorRequest.Copying copying(Dice dice, SyncMode sync) {
    boolean verify = dice.chance(sync == SyncMode.FULL ? 25 : 0);
    return new MirrorRequest.Copying(
        dice.oneOf(CopyMode.values()),
        dice.chance(50) ? OptionalLong.empty() : OptionalLong.of(512L << dice.below(8)),
        1 << dice.between(13, 18),
        dice.chance(80) ? 0 : 1 << dice.between(16, 20),
        new MirrorRequest.Zeroing(
            dice.oneOf(MirrorRequest.Unmap.values()), MirrorRequest.TargetContent.ASK),
        verify ? MirrorRequest.Verify.YES : MirrorRequest.Verify.NO);
  }
}
