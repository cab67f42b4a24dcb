package io.blockgraph.engine.bitmap;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.graph.BitmapName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The bitmaps of one node at one moment of the graph, in the order they came. Immutable, but for
/// the bits.
public final class NodeBitmaps {
  /// A node without bitmaps.
  public static final NodeBitmaps NONE = new NodeBitmaps(List.of());

  private final List<DirtyBitmap> all;
  private final DirtyBits[] marked;

  NodeBitmaps(List<DirtyBitmap> all) {
    this.all = List.copyOf(all);
    this.marked =
        all.stream()
            .filter(DirtyBitmap::isRecording)
            .map(DirtyBitmap::marked)
            .toArray(DirtyBits[]::new);
  }

  /// All of them.
  public List<DirtyBitmap> all() {
    return all;
  }

  /// The one of that name.
  public Optional<DirtyBitmap> find(BitmapName name) {
    return all.stream().filter(bitmap -> bitmap.name().equals(name)).findFirst();
  }

  /// The disk of the node, so that what is written to it is marked; `disk` itself where there is
  /// nothing to mark.
  public BlockIo over(BlockIo disk) {
    return marked.length == 0 ? disk : RecordingDisk.over(disk, this);
  }

  /// The bitmaps as an image told of them.
  static NodeBitmaps of(List<KeptBitmap> kept) {
    return new NodeBitmaps(kept.stream().map(DirtyBitmap::of).toList());
  }

  /// Whether one of them lives in the image.
  public boolean isPersistent() {
    return all.stream().anyMatch(DirtyBitmap::isPersistent);
  }

  /// Those that live in the image, as it is to keep them.
  public List<KeptBitmap> kept() {
    return all.stream().filter(DirtyBitmap::isPersistent).map(DirtyBitmap::kept).toList();
  }

  /// Marks what was written.
  void mark(ByteRange range) {
    for (DirtyBits bits : marked) {
      bits.set(range);
    }
  }

  /// The disk has this length now; while nobody writes to it.
  public void resize(long sizeBytes) {
    eachBits().forEach(bits -> bits.resize(sizeBytes));
  }

  /// The disk is at least so long now.
  void grow(long sizeBytes) {
    eachBits().forEach(bits -> bits.grow(sizeBytes));
  }

  /// Whether all bits that are marked reach so far.
  boolean reach(long end) {
    for (DirtyBits bits : marked) {
      if (bits.sizeBytes() < end) {
        return false;
      }
    }
    return true;
  }

  private Stream<DirtyBits> eachBits() {
    return all.stream()
        .flatMap(
            bitmap ->
                Stream.concat(
                    Stream.of(bitmap.bits()),
                    bitmap.loan().map(DirtyBitmap.Loan::successor).stream()));
  }

  NodeBitmaps with(DirtyBitmap bitmap) {
    List<DirtyBitmap> others = new ArrayList<>(all);
    others.replaceAll(old -> old.name().equals(bitmap.name()) ? bitmap : old);
    if (find(bitmap.name()).isEmpty()) {
      others.add(bitmap);
    }
    return new NodeBitmaps(others);
  }

  NodeBitmaps without(BitmapName name) {
    return new NodeBitmaps(all.stream().filter(b -> !b.name().equals(name)).toList());
  }
}
