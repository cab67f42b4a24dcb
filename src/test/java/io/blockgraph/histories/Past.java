package io.blockgraph.histories;

import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A disk as it was at one moment, shown while its clients go on writing.
///
/// @param node shows it
/// @param content what it was
record Past(NodeName node, byte[] content) {
  /// What is done with it.
  interface Work {
    void on(Past past);
  }

  /// Keeps a disk as it is while `work` runs, if that is possible: what is shown of it is the disk
  /// at a moment of the request. What a format keeps its tables in is no disk.
  static void of(Stage stage, Dice dice, NodeName below, Work work) {
    if (stage.layers().isStorage(below)) {
      return;
    }
    int length = (int) stage.site.size(below);
    Disks disks = new Disks(stage, dice);
    NodeName target =
        dice.chance(30) ? disks.emptyPlain(length) : disks.emptyImage(length, Optional.empty());
    NodeName keeper = new NodeName(stage.fresh("n"));
    Map<String, Object> options =
        Map.of(
            "file",
            below.value(),
            "target",
            target.value(),
            "onCbwError",
            dice.oneOf("break-guest-write", "break-snapshot"));
    Action putIn = new Action.PutIn(below, Disks.node(keeper, "copy-before-write", options));
    Claim claim = stage.claim(below);
    boolean[] done = new boolean[1];
    Map<Root, Recording> during = stage.recording(() -> done[0] = ask(stage, putIn));
    if (done[0]) {
      work.on(shown(stage, keeper, claim, during));
      end(stage, keeper);
    }
    stage.must("remove " + target, () -> stage.site.remove(target));
  }

  /// A job's filter that was below is gone after a kill.
  private static void end(Stage stage, NodeName keeper) {
    NodeName below = stage.spec(keeper).child(ChildName.FILE).orElseThrow().node();
    stage.must(
        "past-end of " + keeper,
        () -> stage.site.change(List.of(new Action.TakeOut(below, keeper))));
  }

  private static boolean ask(Stage stage, Action action) {
    return stage.askAnything("past " + action, () -> stage.site.change(List.of(action))).isDone();
  }

  private static Past shown(
      Stage stage, NodeName keeper, Claim claim, Map<Root, Recording> during) {
    NodeName node =
        new Disks(stage, new Dice(0, 0))
            .add("snapshot-access", Map.of("file", keeper.value(), "readOnly", true));
    Past past = new Past(node, stage.site.read(node).orElseThrow());
    past.require(Stage.objection(claim, during, past.content()));
    return past;
  }

  /// Fails unless all of it is as it was.
  void look(Stage stage) {
    require(Bytes.difference(content, stage.site.read(node).orElseThrow()));
  }

  /// Shows it no more.
  void end(Stage stage) {
    stage.must("remove " + node, () -> stage.site.remove(node));
  }

  void require(Optional<String> objection) {
    objection.ifPresent(
        why -> {
          throw new AssertionError("past '" + node + "' is not what it was: " + why);
        });
  }
}
