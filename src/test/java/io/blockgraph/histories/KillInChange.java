package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.engine.Snapshots;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.NodeName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The service is killed at some moment of a change of the graph: nothing of it is there afterwards
/// when it was not decided, and all of it when it was. What clients have flushed is there.
final class KillInChange implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    List<NodeName> made = new ArrayList<>();
    List<Action> actions = new ArrayList<>();
    for (int i = dice.between(1, 3); i > 0; i--) {
      actions.add(action(stage, dice, made));
    }
    Site.Moment moment = dice.oneOf(Site.Moment.values());
    boolean alone = stage.jobs.isEmpty();
    Set<String> files = stage.files();
    List<NodeName> before = stage.nodesWithoutJobs();
    boolean[] all = new boolean[1];
    stage.diary.say("kill when " + moment + ": " + actions);
    Kill.through(stage, () -> all[0] = stage.site.killIn(moment, actions));
    List<NodeName> there =
        made.stream().filter(node -> stage.site.topology().node(node).isPresent()).toList();
    stage.diary.count("kill in change " + (there.isEmpty() ? "UNDONE" : "DONE"));
    assertThat(there).as("what is there of %s", actions).isIn(List.of(), made);
    assertThat(stage.nodes()).as("nodes after %s", actions).containsAll(before);
    if (there.isEmpty()) {
      assertThat(stage.nodes()).isEqualTo(before);
      assertThat(stage.files()).as("files after %s", actions).isEqualTo(files);
    }
    if (alone) {
      assertThat(!there.isEmpty()).as("decided: %s", actions).isEqualTo(all[0]);
    }
  }

  private static Action action(Stage stage, Dice dice, List<NodeName> made) {
    NodeName node =
        dice.chance(50) ? dice.oneOf(stage.nodes()) : stage.nodeOf(dice.oneOf(stage.roots).user());
    Disks disks = new Disks(stage, dice);
    int which = dice.below(4);
    String file = which == 0 ? disks.newImage(Disks.length(dice)) : stage.fresh("f") + ".qcow2";
    NodeName fresh = new NodeName(stage.fresh("n"));
    made.add(fresh);
    return switch (which) {
      case 0 ->
          new Action.Add(
              Disks.node(
                  fresh, "qcow2", Map.of("file", Disks.storage(file), "backing", node.value())));
      case 1 -> new Action.PutIn(node, Disks.node(fresh, "throttle", Map.of("file", node.value())));
      default ->
          new Action.Snapshot(
              new Snapshots.Request(
                  node,
                  new Snapshots.Overlay.NewFile(fresh, file, new DriverName("qcow2")),
                  Snapshots.Tolerance.NONE,
                  dice.oneOf(Snapshots.Links.values())));
    };
  }
}
