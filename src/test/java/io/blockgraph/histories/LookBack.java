package io.blockgraph.histories;

import io.blockgraph.graph.NodeName;
import java.util.concurrent.locks.LockSupport;

/// Keeps a disk as it is while its clients go on writing: what is shown of it is the disk as it was
/// at one moment of the request, and stays so.
final class LookBack implements Operation {
  private static final int LOOKS = 4;
  private static final long REST_NANOS = 2_000_000L;

  @Override
  public void play(Stage stage, Dice dice) {
    NodeName below =
        dice.chance(30) ? dice.oneOf(stage.nodes()) : stage.nodeOf(dice.oneOf(stage.roots).user());
    Past.of(stage, dice, below, past -> look(stage, past));
  }

  private static void look(Stage stage, Past past) {
    for (int i = 0; i < LOOKS; i++) {
      LockSupport.parkNanos(REST_NANOS);
      past.look(stage);
    }
    past.end(stage);
  }
}
