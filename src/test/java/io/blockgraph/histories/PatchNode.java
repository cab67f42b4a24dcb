package io.blockgraph.histories;

import io.blockgraph.engine.NodePatch;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.List;
import java.util.Set;

/// Changes a node while it is used: read-only and back, other limits of a throttle or another
/// reserve, a filter put in below and taken out again.
final class PatchNode implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    switch (dice.below(6)) {
      case 0 -> access(stage, dice);
      case 1 -> limits(stage, dice);
      case 2 -> threshold(stage, dice);
      case 3 -> reserve(stage, dice);
      case 4 -> putIn(stage, dice);
      default -> takeOut(stage, dice);
    }
  }

  private static void access(Stage stage, Dice dice) {
    NodeName node = dice.oneOf(stage.nodes());
    patch(stage, node, Patches.access(dice.oneOf(NodeSpec.Access.values())));
  }

  private static void limits(Stage stage, Dice dice) {
    List<NodeName> throttles = stage.nodes(node -> node.driver().value().equals("throttle"));
    if (!throttles.isEmpty()) {
      long limit = 1_000_000_000L * dice.between(1, 1000);
      patch(stage, dice.oneOf(throttles), Patches.option("bpsWrite", limit));
    }
  }

  /// How many must agree: any number, where all of them do.
  private static void threshold(Stage stage, Dice dice) {
    List<NodeName> quorums =
        stage.nodes(node -> node.driver().value().equals("quorum") && !stage.isSick(node.name()));
    if (!quorums.isEmpty()) {
      patch(stage, dice.oneOf(quorums), Patches.option("voteThreshold", (long) dice.between(1, 3)));
    }
  }

  private static void reserve(Stage stage, Dice dice) {
    List<NodeName> reserved = stage.nodes(node -> node.driver().value().equals("preallocate"));
    if (!reserved.isEmpty()) {
      long bytes = dice.oneOf(0L, 4096L, Disks.RESERVE_BYTES);
      patch(stage, dice.oneOf(reserved), Patches.option("preallocSize", bytes));
    }
  }

  private static void putIn(Stage stage, Dice dice) {
    List<NodeName> parents = stage.nodes(node -> !changeable(node).isEmpty());
    if (parents.isEmpty()) {
      return;
    }
    NodeSpec parent = stage.spec(dice.oneOf(parents));
    ChildSpec child = dice.oneOf(changeable(parent));
    NodeName filter = new Disks(stage, dice).storageFilter(child.node());
    patch(stage, parent.name(), Patches.child(child.name(), filter));
  }

  private static List<ChildSpec> changeable(NodeSpec node) {
    return node.children().stream()
        .filter(
            child -> child.name().equals(ChildName.FILE) || child.name().equals(ChildName.BACKING))
        .toList();
  }

  private static void takeOut(Stage stage, Dice dice) {
    List<NodeName> parents =
        stage.nodes(
            node -> changeable(node).stream().anyMatch(child -> isPutIn(stage, child.node())));
    if (parents.isEmpty()) {
      return;
    }
    NodeSpec parent = stage.spec(dice.oneOf(parents));
    ChildSpec child =
        changeable(parent).stream().filter(c -> isPutIn(stage, c.node())).findFirst().orElseThrow();
    NodeName below = stage.spec(child.node()).child(ChildName.FILE).orElseThrow().node();
    patch(stage, parent.name(), Patches.child(child.name(), below));
    stage.kept.retain(stage.site.topology());
  }

  private static boolean isPutIn(Stage stage, NodeName node) {
    return Set.of("throttle", "preallocate").contains(stage.spec(node).driver().value());
  }

  private static void patch(Stage stage, NodeName node, NodePatch patch) {
    stage.askAnything("patch " + node + " " + patch, () -> stage.site.patch(node, patch));
  }
}
