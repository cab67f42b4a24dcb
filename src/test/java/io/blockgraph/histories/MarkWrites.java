package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.DirtyBitmap.Lasting;
import io.blockgraph.engine.bitmap.DirtyBitmap.Recording;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.NodeName;
import java.util.List;

/// Dirty bitmaps come, are enabled, disabled, cleared, merged and go, in memory and in images,
/// while clients rest for a moment: an enabled one has all that was written since it was cleared, a
/// disabled one what it had.
final class MarkWrites implements Operation {
  private static final int MOST = 4;

  @Override
  public void play(Stage stage, Dice dice) {
    List<Marked> all = stage.bitmaps.all();
    stage.roots.forEach(Root::hold);
    try {
      if (all.isEmpty() || (all.size() < MOST && dice.chance(35))) {
        add(stage, dice);
      } else {
        change(stage, dice, dice.oneOf(all));
      }
    } finally {
      stage.roots.forEach(Root::release);
    }
  }

  private static void add(Stage stage, Dice dice) {
    NodeName used = stage.nodeOf(dice.oneOf(stage.roots).user());
    NodeName node = dice.chance(70) ? stage.layers().unfiltered(used) : dice.oneOf(stage.nodes());
    BitmapName name = new BitmapName(stage.fresh("d"));
    Recording recording = dice.chance(80) ? Recording.ENABLED : Recording.DISABLED;
    BitmapEdit add =
        new BitmapEdit.Add(
            node, name, 1L << dice.between(9, 16), recording, dice.oneOf(Lasting.values()));
    if (ask(stage, "bitmap-add", add)) {
      Marked bitmap = new Marked(stage.site, node, name, recording);
      stage.bitmaps.add(bitmap);
      bitmap.look(stage);
    }
  }

  private static void change(Stage stage, Dice dice, Marked bitmap) {
    bitmap.look(stage);
    switch (dice.below(6)) {
      case 0 -> clear(stage, bitmap);
      case 1, 2 -> turn(stage, bitmap);
      case 3 -> merge(stage, bitmap, dice.oneOf(stage.bitmaps.all()));
      case 4 -> {
        if (ask(stage, "bitmap-remove", new BitmapEdit.Remove(bitmap.node(), bitmap.name()))) {
          stage.bitmaps.remove(bitmap);
        }
      }
      default -> stage.diary.count("bitmap looked at");
    }
  }

  private static void clear(Stage stage, Marked bitmap) {
    if (ask(stage, "bitmap-clear", new BitmapEdit.Clear(bitmap.node(), bitmap.name()))) {
      if (stage.jobs.isEmpty()) {
        assertThat(bits(stage, bitmap).dirtyBytes()).as("cleared: %s", bitmap).isZero();
      }
      bitmap.forget(stage);
      bitmap.look(stage);
    }
  }

  private static void turn(Stage stage, Marked bitmap) {
    Recording other =
        bitmap.recording() == Recording.ENABLED ? Recording.DISABLED : Recording.ENABLED;
    if (ask(
        stage,
        "bitmap-" + other.verb(),
        new BitmapEdit.Switch(bitmap.node(), bitmap.name(), other))) {
      bitmap.turned(stage, other);
      bitmap.look(stage);
    }
  }

  private static void merge(Stage stage, Marked into, Marked from) {
    DirtyBits both = bits(stage, into);
    both.merge(bits(stage, from));
    BitmapEdit merge =
        new BitmapEdit.Merge(
            into.node(), into.name(), List.of(new BitmapEdit.Source(from.node(), from.name())));
    if (ask(stage, "bitmap-merge", merge)) {
      into.mustHold(both);
      into.merged(stage);
      into.look(stage);
    }
  }

  private static DirtyBits bits(Stage stage, Marked bitmap) {
    return stage.site.bitmap(bitmap.node(), bitmap.name()).orElseThrow().bits();
  }

  private static boolean ask(Stage stage, String what, BitmapEdit edit) {
    return stage.ask(what + " " + edit, () -> stage.site.bitmap(edit)).isDone();
  }
}
