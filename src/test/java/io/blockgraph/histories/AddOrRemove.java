package io.blockgraph.histories;

import io.blockgraph.graph.NodeName;
import java.util.Map;
import java.util.Optional;

/// New disks, filters and overlays beside what is used; nodes go that nobody uses, and the others
/// do not.
final class AddOrRemove implements Operation {
  private static final int MOST = 45;

  @Override
  public void play(Stage stage, Dice dice) {
    if (dice.chance(50) || stage.nodes().size() > MOST) {
      NodeName node = dice.oneOf(stage.nodes());
      stage.ask("remove " + node, () -> stage.site.remove(node));
      stage.kept.retain(stage.site.topology());
    } else {
      add(stage, dice);
    }
  }

  private static void add(Stage stage, Dice dice) {
    Disks disks = new Disks(stage, dice);
    int length = Disks.length(dice);
    NodeName below = dice.oneOf(stage.nodes());
    switch (dice.below(6)) {
      case 0 -> disks.emptyPlain(length);
      case 1 -> stage.kept.keep(disks.emptyImage(length, Optional.empty()), new byte[length]);
      case 2 -> beside(stage, "throttle", Map.of("file", below.value()));
      case 3 -> beside(stage, "copy-on-read", Map.of("file", below.value()));
      case 4 -> beside(stage, "compress", Map.of("file", below.value()));
      default ->
          beside(
              stage,
              "qcow2",
              Map.of("file", Disks.storage(disks.newImage(length)), "backing", below.value()));
    }
  }

  /// A node over one that may be in use.
  private static void beside(Stage stage, String driver, Map<String, Object> members) {
    NodeName name = new NodeName(stage.fresh("n"));
    Map<String, Object> node = Disks.node(name, driver, members);
    stage.ask("add-over " + node, () -> stage.site.add(node));
  }
}
