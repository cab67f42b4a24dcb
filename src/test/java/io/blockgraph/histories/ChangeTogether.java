package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.graph.NodeName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Several changes of different kinds as one, some of which cannot be: all are made, or none is,
/// and then every length, file and job is as before.
final class ChangeTogether implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    Drawing drawing = new Drawing(stage, dice);
    List<Drawing.Drawn> drawn = new ArrayList<>();
    int count = dice.between(2, 4);
    for (int i = 0; i < count; i++) {
      drawn.add(drawing.next());
    }
    boolean impossible = dice.chance(25);
    if (impossible) {
      drawn.add(dice.below(drawn.size() + 1), drawing.impossible());
    }
    List<Action> actions = drawn.stream().map(Drawing.Drawn::action).toList();
    Map<NodeName, Long> before = lengths(stage);
    boolean[] done = new boolean[1];
    Map<Root, Recording> during =
        stage.recording(
            () ->
                done[0] =
                    stage
                        .askAnything("together " + actions, () -> stage.site.change(actions))
                        .isDone());
    assertThat(done[0] && impossible).as("made what cannot be: %s", actions).isFalse();
    if (done[0]) {
      lengthen(stage, before, drawing);
      if (!drawing.lengths().isEmpty()) {
        stage.bitmaps.lengthsChanged();
      }
      drawn.forEach(one -> one.made().accept(during));
      stage.kept.retain(stage.site.topology());
    } else {
      assertThat(lengths(stage)).isEqualTo(before);
      drawn.forEach(one -> one.refused().run());
    }
    ShareLimits.requireGroups(stage);
  }

  /// The lengths of all nodes but those that formats store in, which grow when they like.
  private static Map<NodeName, Long> lengths(Stage stage) {
    Layers layers = stage.layers();
    Map<NodeName, Long> lengths = new LinkedHashMap<>();
    for (NodeName node : stage.nodes()) {
      if (!layers.isStorage(node)) {
        lengths.put(node, stage.site.size(node));
      }
    }
    return lengths;
  }

  /// Disks only get longer, by zeroes, and those that nobody wanted longer do not.
  private static void lengthen(Stage stage, Map<NodeName, Long> before, Drawing drawing) {
    for (Root root : stage.roots) {
      root.held(
          () -> {
            int length = root.disk().size();
            requireWanted(drawing, root.model().length, length);
            root.mustHold(Bytes.resized(root.model(), length));
            return root;
          });
    }
    for (NodeName kept : stage.kept.nodes()) {
      if (before.containsKey(kept) && stage.site.topology().node(kept).isPresent()) {
        byte[] content = stage.kept.content(kept);
        int length = (int) stage.site.size(kept);
        requireWanted(drawing, content.length, length);
        stage.kept.keep(kept, Bytes.resized(content, length));
      }
    }
  }

  private static void requireWanted(Drawing drawing, int before, int after) {
    boolean longer = after > before && drawing.lengths().contains(after);
    assertThat(after == before || longer)
        .as("%d bytes after %d, wanted were %s", after, before, drawing.lengths())
        .isTrue();
  }
}
