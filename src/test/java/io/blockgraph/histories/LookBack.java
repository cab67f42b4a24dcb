package io.blockgraph.histories;

import io.blockgraph.graph.NodeName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// Keeps a disk as it is while its clients go on writing: what is shown of it is the disk as it was
/// at one moment of the request, and stays so. What a format keeps its tables in is no disk.
final class LookBack implements Operation {
  private static final int LOOKS = 4;
  private static final long REST_NANOS = 2_000_000L;

  @Override
  public void play(Stage stage, Dice dice) {
    NodeName below =
        dice.chance(30) ? dice.oneOf(stage.nodes()) : stage.nodeOf(dice.oneOf(stage.roots).user());
    if (stage.layers().isStorage(below)) {
      return;
    }
    int length = (int) stage.site.size(below);
    Disks disks = new Disks(stage, dice);
    NodeName target =
        dice.chance(30) ? disks.emptyPlain(length) : disks.emptyImage(length, Optional.empty());
    NodeName filter = new NodeName(stage.fresh("n"));
    Map<String, Object> options =
        Disks.node(
            filter,
            "copy-before-write",
            Map.of(
                "file",
                below.value(),
                "target",
                target.value(),
                "onCbwError",
                dice.oneOf("break-guest-write", "break-snapshot")));
    Claim claim = stage.claim(below);
    boolean[] done = new boolean[1];
    Map<Root, Recording> during =
        stage.recording(() -> done[0] = ask(stage, new Action.PutIn(below, options)));
    if (done[0]) {
      look(stage, filter, claim, during);
      stage.must(
          "past-end of " + filter,
          () -> stage.site.change(List.of(new Action.TakeOut(below, filter))));
    }
    stage.must("remove " + target, () -> stage.site.remove(target));
  }

  private static boolean ask(Stage stage, Action action) {
    return stage.askAnything("past " + action, () -> stage.site.change(List.of(action))).isDone();
  }

  private static void look(Stage stage, NodeName filter, Claim claim, Map<Root, Recording> during) {
    NodeName past =
        new Disks(stage, new Dice(0, 0))
            .add("snapshot-access", Map.of("file", filter.value(), "readOnly", true));
    byte[] first = stage.site.read(past).orElseThrow();
    require(past, Stage.objection(claim, during, first));
    for (int i = 0; i < LOOKS; i++) {
      LockSupport.parkNanos(REST_NANOS);
      require(past, Bytes.difference(first, stage.site.read(past).orElseThrow()));
    }
    stage.must("remove " + past, () -> stage.site.remove(past));
  }

  private static void require(NodeName past, Optional<String> objection) {
    objection.ifPresent(
        why -> {
          throw new AssertionError("past '" + past + "' is not what it was: " + why);
        });
  }
}
