package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.Handover;
import io.blockgraph.engine.Handover.Requests;
import io.blockgraph.engine.Handover.Wanted;
import io.blockgraph.graph.NodeName;
import java.util.List;

/// Images are given out of hand and taken back, sometimes after a restart, while clients rest: what
/// they have written is there. Meanwhile nobody reads the node.
final class HandOver implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    NodeName node =
        dice.chance(50) ? dice.oneOf(stage.nodes()) : stage.nodeOf(dice.oneOf(stage.roots).user());
    Requests requests = dice.chance(75) ? Requests.MAY_FAIL : Requests.MUST_NOT_FAIL;
    boolean restart = dice.chance(25);
    stage.roots.forEach(Root::hold);
    try {
      if (turn(stage, new Handover.Request(node, Wanted.INACTIVE, requests)).isDone()) {
        assertThat(stage.site.read(node)).as("content of inactive '%s'", node).isEmpty();
        if (restart) {
          StartAnew.restart(stage);
        }
        Told back = turn(stage, new Handover.Request(node, Wanted.ACTIVE, Requests.MAY_FAIL));
        assertThat(back).as("taking back '%s'", node).isEqualTo(Told.DONE);
        stage.roots.forEach(HandOver::requireSame);
        stage.bitmaps.handedOver();
      }
    } finally {
      stage.roots.forEach(Root::release);
    }
  }

  private static Told turn(Stage stage, Handover.Request request) {
    List<Action> actions = List.of(new Action.HandOver(request));
    return stage.ask("hand-over " + request, () -> stage.site.change(actions));
  }

  private static void requireSame(Root root) {
    Bytes.difference(root.model(), root.disk().read(0, root.disk().size()))
        .ifPresent(
            why -> {
              throw new AssertionError("user '" + root.user() + "' after a hand-over: " + why);
            });
  }
}
