package io.blockgraph.histories;

import io.blockgraph.engine.Snapshots;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import java.util.Map;
import java.util.Optional;

/// A snapshot of any node, into a new file or onto an overlay that is there. What was snapshotted
/// must go on showing what it showed at that moment.
final class TakeSnapshot implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    of(stage, dice, dice.oneOf(stage.nodes()));
  }

  /// Answers whether it was taken.
  static boolean of(Stage stage, Dice dice, NodeName node) {
    Snapshots.Overlay overlay = overlay(stage, dice, node);
    Snapshots.Links links = dice.oneOf(Snapshots.Links.values());
    Claim claim = stage.claim(node);
    Told[] told = new Told[1];
    Map<Root, Recording> during =
        stage.recording(
            () ->
                told[0] =
                    stage.ask(
                        "snapshot of " + node + " into " + overlay,
                        () ->
                            stage.site.snapshot(
                                new Snapshots.Request(
                                    node, overlay, Snapshots.Tolerance.NONE, links))));
    if (told[0].isDone()) {
      stage.keep(node, claim, during);
    }
    return told[0].isDone();
  }

  private static Snapshots.Overlay overlay(Stage stage, Dice dice, NodeName node) {
    if (dice.chance(50)) {
      int length = (int) stage.site.size(node);
      NodeName overlay = new Disks(stage, dice).emptyImage(length, Optional.empty());
      stage.changes(overlay);
      return new Snapshots.Overlay.Existing(overlay);
    }
    return new Snapshots.Overlay.NewFile(
        new NodeName(stage.fresh("n")), stage.fresh("f") + ".qcow2", new DriverName("qcow2"));
  }
}
