package io.blockgraph.histories;

import io.blockgraph.graph.NodeName;

/// Everything that is asked of a node is counted and timed from now on, or no more: its parents are
/// bound over a meter, or without, while clients go on.
final class LookClosely implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    NodeName node = dice.oneOf(stage.nodes());
    Site.Closely closely = dice.oneOf(Site.Closely.values());
    stage.askAnything("look at " + node + ": " + closely, () -> stage.site.look(node, closely));
  }
}
