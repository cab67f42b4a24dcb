package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.Snapshots;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.job.JobId;
import io.blockgraph.job.mirror.MirrorRequest;
import io.blockgraph.job.mirror.SyncMode;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Requests that can never be: each is refused and leaves graph and files as they were.
final class AskImpossible implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    NodeName node = dice.oneOf(stage.nodes());
    switch (dice.below(11)) {
      case 0 -> refuse(stage, "snapshot onto itself", () -> onto(stage, node, node));
      case 1 ->
          refuse(stage, "snapshot onto nothing", () -> onto(stage, node, new NodeName("nobody")));
      case 2 -> refuse(stage, "snapshot into a file that is there", () -> intoOldFile(stage, node));
      case 3 -> refuse(stage, "mirror onto itself", () -> mirror(stage, node, node));
      case 4 ->
          refuse(stage, "mirror onto nothing", () -> mirror(stage, node, new NodeName("nobody")));
      case 5 ->
          refuse(
              stage,
              "image in a file that is there",
              () ->
                  stage.site.make(
                      Map.of("driver", "qcow2", "filename", oldFile(stage), "size", 65_536L)));
      case 6 -> refuse(stage, "node whose name is taken", () -> twice(stage, node));
      case 7 -> refuse(stage, "node over a missing file", () -> overNothing(stage));
      case 8, 9 -> withinASector(stage, dice);
      default -> refuse(stage, "removal of a node in use", () -> removeUsed(stage, dice));
    }
  }

  private static void refuse(Stage stage, String what, Supplier<Told> request) {
    Told told = stage.askAnything("impossible " + what, request);
    assertThat(told.isDone()).as("%s: %s", what, told).isFalse();
  }

  private static Told onto(Stage stage, NodeName node, NodeName overlay) {
    return stage.site.snapshot(
        new Snapshots.Request(
            node,
            new Snapshots.Overlay.Existing(overlay),
            Snapshots.Tolerance.NONE,
            Snapshots.Links.KEPT));
  }

  private static Told intoOldFile(Stage stage, NodeName node) {
    var overlay =
        new Snapshots.Overlay.NewFile(
            new NodeName(stage.fresh("n")), oldFile(stage), new DriverName("qcow2"));
    return stage.site.snapshot(
        new Snapshots.Request(node, overlay, Snapshots.Tolerance.NONE, Snapshots.Links.KEPT));
  }

  /// No overlay can be as long as such a disk, which is found out when its file has been made.
  private static void withinASector(Stage stage, Dice dice) {
    NodeName odd = new Disks(stage, dice).emptyPlain(Disks.length(dice) + dice.between(1, 511));
    var overlay =
        new Snapshots.Overlay.NewFile(
            new NodeName(stage.fresh("n")), stage.fresh("f") + ".qcow2", new DriverName("qcow2"));
    refuse(
        stage,
        "snapshot of a disk that ends within a sector",
        () ->
            stage.site.snapshot(
                new Snapshots.Request(
                    odd, overlay, Snapshots.Tolerance.NONE, Snapshots.Links.KEPT)));
    stage.must("remove " + odd, () -> stage.site.remove(odd));
  }

  private static String oldFile(Stage stage) {
    return stage.files().iterator().next();
  }

  private static Told mirror(Stage stage, NodeName source, NodeName target) {
    return stage.site.mirror(
        MirrorRequest.of(
            new JobId(stage.fresh("m")),
            new MirrorRequest.Disks(
                source, target, SyncMode.FULL, MirrorRequest.Replacing.SOURCE)));
  }

  private static Told twice(Stage stage, NodeName node) {
    return stage.site.add(
        Disks.node(node, "throttle", Map.of("file", stage.nodes().getFirst().value())));
  }

  private static Told overNothing(Stage stage) {
    NodeName name = new NodeName(stage.fresh("n"));
    return stage.site.add(
        Disks.node(name, "qcow2", Map.of("file", Disks.storage("nothing.qcow2"))));
  }

  private static Told removeUsed(Stage stage, Dice dice) {
    List<NodeName> used = stage.nodes().stream().filter(node -> !stage.isFree(node)).toList();
    return stage.site.remove(dice.oneOf(used));
  }
}
