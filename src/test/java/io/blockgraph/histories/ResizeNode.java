package io.blockgraph.histories;

import io.blockgraph.engine.Resizes;
import io.blockgraph.engine.Resizes.Shrink;
import io.blockgraph.graph.NodeName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Another length for any node. Clients of a disk that gets longer or shorter go on in the part
/// that stays; clients of a disk that has the node somewhere behind it are held. Where two disks
/// are compared, both are resized or none: one of them alone would leave the pair without a length.
final class ResizeNode implements Operation {
  @Override
  public void play(Stage stage, Dice dice) {
    NodeName node = node(stage, dice);
    if (stage.layers().isCompared(node) || stage.layers().isBehindCipher(node)) {
      return;
    }
    int before = (int) stage.site.size(node);
    int after = length(dice, before);
    Shrink shrink = dice.chance(85) ? Shrink.ALLOWED : Shrink.REFUSED;
    Resizing resizing = new Resizing(stage, node, after);
    List<Root> held = new ArrayList<>();
    for (Root root : stage.roots) {
      if (resizing.isBehind(stage.nodeOf(root.user()))) {
        root.hold();
        held.add(root);
      } else if (resizing.isWhole(stage.nodeOf(root.user()))) {
        root.restrict(Math.min(before, after));
      }
    }
    try {
      resize(stage, new Resizes.Request(node, after, shrink), resizing);
    } finally {
      held.forEach(Root::release);
    }
  }

  /// Often a disk that clients use, as the others mostly cannot be resized.
  private static NodeName node(Stage stage, Dice dice) {
    NodeName used = stage.nodeOf(dice.oneOf(stage.roots).user());
    boolean seen = stage.nodes().contains(used);
    return seen && dice.chance(50) ? used : dice.oneOf(stage.nodes());
  }

  private static int length(Dice dice, int before) {
    return switch (dice.below(3)) {
      case 0 -> Disks.length(dice);
      case 1 -> 512 * dice.below(before / 512 + 1);
      default -> before / 512 * 512 + 512 * dice.between(1, 200);
    };
  }

  private static void resize(Stage stage, Resizes.Request request, Resizing resizing) {
    Map<Root, Resizing.Effect> onRoots = new LinkedHashMap<>();
    for (Root root : stage.roots) {
      resizing.on(stage.nodeOf(root.user())).ifPresent(effect -> onRoots.put(root, effect));
    }
    Map<NodeName, Resizing.Effect> onKept = new LinkedHashMap<>();
    for (NodeName kept : stage.kept.nodes()) {
      resizing.on(kept).ifPresent(effect -> onKept.put(kept, effect));
    }
    String what = "resize of %s to %d".formatted(request.node(), request.sizeBytes());
    boolean done = stage.ask(what, () -> stage.site.resize(request)).isDone();
    onRoots.forEach(
        (root, effect) ->
            root.held(
                () -> {
                  root.mustHold(done ? effect.on(root.model()) : root.model());
                  return root;
                }));
    if (done) {
      stage.bitmaps.lengthsChanged();
      onKept.forEach((node, effect) -> stage.kept.keep(node, effect.on(stage.kept.content(node))));
    }
  }
}
