package io.blockgraph.histories;

import io.blockgraph.engine.ImageSnapshots;
import io.blockgraph.engine.ImageSnapshots.Verb;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import io.blockgraph.histories.Insides.Inside;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A snapshot that an image keeps in itself is taken, looked at, applied or deleted. It holds what
/// the disk held at one moment, and goes on holding it.
final class KeepInside implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    List<Inside> insides = stage.insides.in(stage.site.topology());
    if (insides.isEmpty() || dice.chance(45)) {
      take(stage, dice);
      return;
    }
    Inside inside = dice.oneOf(insides);
    requireSame(stage, inside);
    switch (dice.below(3)) {
      case 0 -> apply(stage, inside);
      case 1 -> delete(stage, inside);
      default -> stage.diary.count("internal seen");
    }
  }

  private static Told ask(Stage stage, NodeName node, Verb verb, String name) {
    return stage.ask(
        "internal " + verb + " of " + name + " in " + node,
        () -> stage.site.inside(new ImageSnapshots.Request(node, verb, name)));
  }

  private static void take(Stage stage, Dice dice) {
    List<NodeName> images = stage.nodes(node -> node.driver().value().equals("qcow2"));
    if (images.isEmpty()) {
      return;
    }
    NodeName node = dice.oneOf(images);
    String name = stage.fresh("s");
    Claim claim = stage.claim(node);
    Told[] told = new Told[1];
    Map<Root, Recording> during =
        stage.recording(() -> told[0] = ask(stage, node, Verb.TAKE, name));
    if (!told[0].isDone()) {
      return;
    }
    byte[] found = read(stage, node, name);
    Optional<String> objection = Stage.objection(claim, during, found);
    if (objection.isPresent()) {
      throw new AssertionError(
          "internal snapshot '" + name + "' of '" + node + "': " + objection.get());
    }
    if (isAlone(stage, node)) {
      stage.insides.keep(new Inside(node, name, found));
    }
  }

  /// What shows through is not the snapshot's, and may change.
  private static boolean isAlone(Stage stage, NodeName node) {
    return stage.spec(node).child(ChildName.BACKING).isEmpty();
  }

  private static byte[] read(Stage stage, NodeName node, String name) {
    NodeName shown =
        new Disks(stage, new Dice(0, 0))
            .add(
                "internal-snapshot",
                Map.of("file", node.value(), "snapshot", name, "readOnly", true));
    byte[] found = stage.site.read(shown).orElseThrow();
    stage.must("remove " + shown, () -> stage.site.remove(shown));
    return found;
  }

  private static void requireSame(Stage stage, Inside inside) {
    if (isAlone(stage, inside.node())) {
      Bytes.difference(inside.content(), read(stage, inside.node(), inside.name()))
          .ifPresent(
              why -> {
                throw new AssertionError(
                    "internal snapshot '%s' of '%s' is not what it was: %s"
                        .formatted(inside.name(), inside.node(), why));
              });
    }
  }

  /// Only under nobody: clients would see other data.
  private static void apply(Stage stage, Inside inside) {
    NodeName node = inside.node();
    boolean free = stage.isFree(node);
    if (!ask(stage, node, Verb.APPLY, inside.name()).isDone()) {
      return;
    }
    if (!free) {
      stage.diary.count("internal applied in use");
    }
    stage.changes(node);
    if (isAlone(stage, node)) {
      byte[] found = stage.site.read(node).orElseThrow();
      Bytes.difference(inside.content(), found)
          .ifPresent(
              why -> {
                throw new AssertionError("'" + node + "' does not hold what was applied: " + why);
              });
    }
  }

  private static void delete(Stage stage, Inside inside) {
    if (ask(stage, inside.node(), Verb.DELETE, inside.name()).isDone()) {
      stage.insides.forget(inside);
    }
  }
}
