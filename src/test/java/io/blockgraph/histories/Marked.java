package io.blockgraph.histories;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.engine.bitmap.DirtyBitmap.Lasting;
import io.blockgraph.engine.bitmap.DirtyBitmap.Recording;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeName;
import java.util.Arrays;
import java.util.Optional;

/// A dirty bitmap, and what it must hold: while it is enabled all that has become different since
/// it was last looked at, while it is disabled what it held then. One thread.
final class Marked {
  private static final int SECTOR = 512;

  private final NodeName node;
  private final BitmapName name;
  private final Lasting lasting;
  private Recording recording;
  private DirtyBits least;
  private DirtyBits frozen;
  private Optional<byte[]> since = Optional.empty();

  /// A bitmap that was just made.
  Marked(Site site, NodeName node, BitmapName name, Recording recording) {
    this.node = node;
    this.name = name;
    this.recording = recording;
    Site.BitmapSeen seen = site.bitmap(node, name).orElseThrow();
    this.lasting = seen.lasting();
    this.least = empty(seen.bits());
    this.frozen = seen.bits();
  }

  NodeName node() {
    return node;
  }

  BitmapName name() {
    return name;
  }

  Recording recording() {
    return recording;
  }

  boolean isPersistent() {
    return lasting == Lasting.PERSISTENT;
  }

  private static DirtyBits empty(DirtyBits like) {
    return new DirtyBits(like.sizeBytes(), like.granularityBytes());
  }

  /// Compares it with what it must hold, and goes on from what its disk holds now; while clients
  /// are held.
  void look(Stage stage) {
    boolean followed = isFollowed(stage);
    Optional<byte[]> now = followed ? stage.site.read(node) : Optional.empty();
    Site.BitmapSeen seen = seen(stage);
    if (seen.bits().sizeBytes() != least.sizeBytes()) {
      forget(stage);
    }
    if (recording == Recording.ENABLED) {
      since.ifPresent(before -> now.ifPresent(after -> differences(before, after)));
      require(seen.bits());
    }
    since = now;
    stage.diary.count("bitmap seen " + recording);
  }

  /// What is there of it now; it must be worth something and as enabled as it was told to be.
  private Site.BitmapSeen seen(Stage stage) {
    Site.BitmapSeen seen = stage.site.bitmap(node, name).orElseThrow();
    assertThat(seen.inconsistent()).as("inconsistent: %s", this).isFalse();
    assertThat(seen.recording()).as("recording: %s", this).isEqualTo(recording);
    if (recording == Recording.DISABLED && seen.bits().sizeBytes() == frozen.sizeBytes()) {
      assertThat(has(seen.bits(), frozen) && has(frozen, seen.bits()))
          .as("%s holds what it held when it was disabled", this)
          .isTrue();
    }
    return seen;
  }

  private void require(DirtyBits bits) {
    assertThat(has(bits, least)).as("%s has all that was written", this).isTrue();
  }

  private static boolean has(DirtyBits all, DirtyBits some) {
    for (long word = 0; word * Long.SIZE < some.count(); word++) {
      if ((some.word(word) & ~all.word(word)) != 0) {
        return false;
      }
    }
    return true;
  }

  private void differences(byte[] before, byte[] after) {
    for (int at = 0; at < Math.min(before.length, after.length); at += SECTOR) {
      int end = Math.min(Math.min(before.length, after.length), at + SECTOR);
      if (!Arrays.equals(before, at, end, after, at, end)) {
        least.set(ByteRange.between(at, end));
      }
    }
  }

  /// Whether what the disk holds changes by writes to it alone, and nobody writes it now.
  private boolean isFollowed(Stage stage) {
    Layers layers = stage.layers();
    boolean copied =
        stage.jobs.stream().anyMatch(job -> layers.written(job.target()).contains(node));
    boolean covers =
        layers.below(node).stream()
            .anyMatch(at -> stage.spec(at).child(ChildName.BACKING).isPresent());
    return !copied && !covers && !isWrittenBelow(stage, layers);
  }

  /// Whether a client writes to a node below, past this one.
  private boolean isWrittenBelow(Stage stage, Layers layers) {
    boolean below =
        stage.roots.stream()
            .map(root -> stage.nodeOf(root.user()))
            .anyMatch(used -> !used.equals(node) && layers.below(node).contains(used));
    if (below) {
      stage.diary.count("bitmap beside clients");
    }
    return below;
  }

  /// What is known of the disk is no more so; what the bitmap holds is taken as right.
  void forget(Stage stage) {
    DirtyBits bits = stage.site.bitmap(node, name).orElseThrow().bits();
    since = Optional.empty();
    least = empty(bits);
    frozen = bits;
  }

  /// The disk has changed behind it.
  void changed() {
    since = Optional.empty();
  }

  /// It was enabled or disabled; clients may be writing.
  void turned(Stage stage, Recording other) {
    recording = other;
    since = Optional.empty();
    frozen = stage.site.bitmap(node, name).orElseThrow().bits();
  }

  /// Other bitmaps were merged into it.
  void merged(Stage stage) {
    frozen = stage.site.bitmap(node, name).orElseThrow().bits();
  }

  /// It must hold all of `bits`, which are of its granularity, from now on.
  void mustHold(DirtyBits bits) {
    least.merge(bits);
  }

  /// A change of it was refused.
  void refused(Stage stage) {
    if (stage.site.bitmap(node, name).isPresent()) {
      Site.BitmapSeen unused = seen(stage);
    }
  }

  /// After a kill: it is right, or says that it is not. Answers whether it is right.
  boolean isRightAfterKill(Stage stage) {
    since = Optional.empty();
    if (stage.site.bitmap(node, name).orElseThrow().inconsistent()) {
      return false;
    }
    Site.BitmapSeen seen = seen(stage);
    if (seen.bits().sizeBytes() == least.sizeBytes()) {
      require(seen.bits());
    }
    return true;
  }

  @Override
  public String toString() {
    return "bitmap '" + name + "' of '" + node + "', " + recording + ", " + lasting;
  }
}
