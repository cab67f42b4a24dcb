package io.blockgraph.histories;

import io.blockgraph.engine.Reopening.Wish;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.List;

/// Two nodes change at once, or neither does: they become read-only or writable, and the limits of
/// a throttle change.
final class ReopenTogether implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    NodeName one = dice.oneOf(stage.nodes());
    NodeName other = dice.oneOf(stage.nodes());
    if (!one.equals(other)) {
      List<Wish> wishes = List.of(wish(stage, dice, one), wish(stage, dice, other));
      stage.askAnything("reopen together " + wishes, () -> stage.site.reopen(wishes));
    }
  }

  private static Wish wish(Stage stage, Dice dice, NodeName node) {
    boolean throttle = stage.spec(node).driver().value().equals("throttle");
    return new Wish(
        node,
        throttle && dice.chance(50)
            ? Patches.option("bpsWrite", 1_000_000_000L * dice.between(1, 1000))
            : Patches.access(dice.oneOf(NodeSpec.Access.values())));
  }
}
