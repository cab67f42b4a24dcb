package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.engine.bitmap.BitmapEdit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The dirty bitmaps of a history whose content is followed. One thread.
final class Bitmaps {
  private final Stage stage;
  private final List<Marked> all = new ArrayList<>();

  Bitmaps(Stage stage) {
    this.stage = stage;
  }

  /// Those there are; a bitmap goes with its node.
  List<Marked> all() {
    all.removeIf(bitmap -> stage.site.topology().node(bitmap.node()).isEmpty());
    return List.copyOf(all);
  }

  void add(Marked bitmap) {
    all.add(bitmap);
  }

  void remove(Marked bitmap) {
    all.remove(bitmap);
  }

  /// Looks at all of them while clients are held.
  void look() {
    stage.roots.forEach(Root::hold);
    try {
      all().forEach(bitmap -> bitmap.look(stage));
    } finally {
      stage.roots.forEach(Root::release);
    }
  }

  /// A disk has another length; which others have it too is not looked up.
  void lengthsChanged() {
    all().forEach(bitmap -> bitmap.forget(stage));
  }

  /// Runs a restart, while clients are held: what lives in images is there after it as before.
  /// Those of a node that is handed over are not seen meanwhile. What a format stores in is written
  /// when the format is closed.
  void through(Runnable restart) {
    Map<Marked, DirtyBits> before = new LinkedHashMap<>();
    for (Marked bitmap : all()) {
      stage
          .site
          .bitmap(bitmap.node(), bitmap.name())
          .ifPresent(seen -> before.put(bitmap, seen.bits()));
    }
    boolean copied = !stage.jobs.isEmpty();
    Layers layers = stage.layers();
    restart.run();
    onlyPersistent();
    before.keySet().retainAll(all());
    before.forEach(
        (bitmap, old) -> {
          DirtyBits bits = stage.site.bitmap(bitmap.node(), bitmap.name()).orElseThrow().bits();
          boolean written = copied || layers.isStorage(bitmap.node());
          assertThat(written || bits.dirtyBytes() == old.dirtyBytes())
              .as("%s after a restart: %d, before: %d", bitmap, bits.dirtyBytes(), old.dirtyBytes())
              .isTrue();
          bitmap.refused(stage);
        });
  }

  /// Those in memory end with the service.
  private void onlyPersistent() {
    all.removeIf(bitmap -> !bitmap.isPersistent());
  }

  /// Those in memory end with the hand-over of their node.
  void handedOver() {
    all.removeIf(
        bitmap ->
            !bitmap.isPersistent() && stage.site.bitmap(bitmap.node(), bitmap.name()).isEmpty());
  }

  /// After a kill each is right or says that it is not; then it can only be removed.
  void killed() {
    onlyPersistent();
    for (Marked bitmap : all()) {
      boolean right = bitmap.isRightAfterKill(stage);
      stage.diary.count("bitmap after kill " + (right ? "RIGHT" : "INCONSISTENT"));
      if (!right) {
        remove(bitmap);
        BitmapEdit remove = new BitmapEdit.Remove(bitmap.node(), bitmap.name());
        Told told = stage.site.bitmap(remove);
        stage.diary.told("remove " + bitmap, told);
      }
    }
  }
}
