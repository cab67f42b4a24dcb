package io.blockgraph.histories;

import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import java.util.List;
import java.util.Map;

/// Children of a quorum come and go. One that comes holds something else and has to be outvoted;
/// one that goes has what the quorum showed, unless it was bad.
final class ChangeQuorum implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    List<NodeName> quorums = stage.nodes(node -> node.driver().value().equals("quorum"));
    if (quorums.isEmpty()) {
      return;
    }
    NodeSpec quorum = stage.spec(dice.oneOf(quorums));
    if (dice.chance(50)) {
      take(stage, quorum, dice.oneOf(quorum.children()));
    } else if (stage.canOutvote(quorum.name())) {
      give(stage, dice, quorum.name());
    }
  }

  /// With a bad child among them, the others are needed.
  private static void take(Stage stage, NodeSpec quorum, ChildSpec child) {
    EdgeId vote = EdgeId.of(new Parent.OfNode(quorum.name()), child.name());
    if (stage.isSick(quorum.name()) && !stage.sick.contains(vote)) {
      return;
    }
    Claim claim = stage.claim(child.node());
    boolean[] done = new boolean[1];
    Map<Root, Recording> during =
        stage.recording(
            () ->
                done[0] =
                    stage
                        .ask(
                            "child-of " + quorum.name() + " goes: " + child.name(),
                            () -> stage.site.removeChild(quorum.name(), child.name()))
                        .isDone());
    if (done[0]) {
      stage.sick.remove(vote);
      stage.kept.retain(stage.site.topology());
      stage.keep(child.node(), claim, during);
      stage.unflushed.add(child.node());
    }
  }

  private static void give(Stage stage, Dice dice, NodeName quorum) {
    int length = (int) stage.site.size(quorum) + (dice.chance(10) ? 512 : 0);
    byte[] other = Bytes.random(dice, length);
    Disks disks = new Disks(stage, dice);
    NodeName child = dice.chance(50) ? disks.plain(other) : disks.image(other);
    boolean done =
        stage
            .ask(
                "child-of " + quorum + " comes: " + child, () -> stage.site.addChild(quorum, child))
            .isDone();
    if (done) {
      Edge last = stage.site.topology().childrenOf(quorum).getLast();
      stage.sick.add(last.id());
    }
  }
}
