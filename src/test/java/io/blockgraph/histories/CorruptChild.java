package io.blockgraph.histories;

import io.blockgraph.graph.Edge;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;

/// One plain child of a quorum goes bad, behind everybody's back: bytes of its file change. The
/// other children outvote it.
final class CorruptChild implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    Layers layers = stage.layers();
    List<Edge> weak =
        layers.votes().stream()
            .filter(vote -> stage.canOutvote(new NodeName(vote.parent().id())))
            .filter(vote -> plainFile(stage, vote).isPresent())
            .toList();
    if (weak.isEmpty()) {
      return;
    }
    Edge vote = dice.oneOf(weak);
    NodeName file = plainFile(stage, vote).orElseThrow();
    stage.diary.say("file of " + file + " goes bad behind " + vote.id());
    stage.diary.count("corrupted DONE");
    stage.changes(file);
    stage.sick.add(vote.id());
    garble(stage, dice, stage.spec(file));
  }

  /// The file whose bytes are the child's, when nobody else depends on it and no job copies it.
  private static Optional<NodeName> plainFile(Stage stage, Edge vote) {
    return stage.layers().same(vote.child()).stream()
        .filter(node -> stage.spec(node).driver().value().equals("file"))
        .filter(node -> onlyBelow(stage, node, vote))
        .findFirst();
  }

  private static boolean onlyBelow(Stage stage, NodeName file, Edge vote) {
    var topology = stage.site.topology();
    NodeName at = file;
    while (!at.equals(vote.child())) {
      List<Edge> parents = topology.parentsOf(at);
      if (parents.size() != 1 || !stage.layers().showsAll(parents.getFirst())) {
        return false;
      }
      at = new NodeName(parents.getFirst().parent().id());
      if (stage.spec(at).origin() == NodeSpec.Origin.IMPLICIT) {
        return false;
      }
    }
    return topology.parentsOf(at).size() == 1;
  }

  private static void garble(Stage stage, Dice dice, NodeSpec file) {
    String name = file.options().text("filename").orElseThrow();
    try (RandomAccessFile bytes =
        new RandomAccessFile(stage.site.images().resolve(name).toFile(), "rw")) {
      if (bytes.length() > 0) {
        int at = dice.below((int) bytes.length());
        bytes.seek(at);
        bytes.write(dice.bytes((int) Math.min(bytes.length() - at, 1 + dice.below(5_000))));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
