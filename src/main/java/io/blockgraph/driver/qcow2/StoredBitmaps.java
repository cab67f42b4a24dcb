package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.driver.KeptBitmap.State;
import io.blockgraph.driver.qcow2.BitmapDirectory.Bitmap;
import io.blockgraph.graph.BitmapName;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The persistent bitmaps of an open image.
///
///     stored        the file tells what was written until now; nobody writes
///       |  first write: enabled bitmaps are marked "in use", durably, before anything else is written
///       v
///     behind        the file says of itself that it is not to be believed
///       |  settled, closed, or a bitmap is edited: all are stored anew
///       v
///     stored
///
/// So an end at any moment leaves what is true, or what says that it is not. Entries of the directory that are not
/// understood are carried on as they are. [#store] when no request is under way.
final class StoredBitmaps {
  private final ImageState state;
  private final BitmapWriter writer;

  /// The names of the bitmaps in the file that are ours to change.
  private final Set<String> known = ConcurrentHashMap.newKeySet();

  private volatile @Nullable Supplier<List<KeptBitmap>> source;

  /// The bitmaps have to be stored, whatever the file tells of itself.
  private volatile boolean owed;

  StoredBitmaps(ImageState state, BitmapWriter writer) {
    this.state = state;
    this.writer = writer;
  }

  /// Why the image cannot keep bitmaps.
  Optional<String> objection() {
    if (state.version() < 3) {
      return Optional.of("a qcow2 image of version 2 keeps no bitmaps; version 3 does");
    }
    if (state.sizeBytes() == 0) {
      return Optional.of("the image of a disk of 0 bytes keeps no bitmaps");
    }
    return state.sizeBytes() % 512 == 0
        ? Optional.empty()
        : Optional.of("the length of the disk is no multiple of 512 bytes");
  }

  /// Whether the image keeps any, or is going to.
  boolean areKept() {
    Supplier<List<KeptBitmap>> now = source;
    return state.header().bitmaps().isPresent() || (now != null && !now.get().isEmpty());
  }

  /// Where the bitmaps are found that have to be stored.
  void follow(Supplier<List<KeptBitmap>> bitmaps) {
    source = bitmaps;
  }

  /// The bitmaps in the file. One that is not understood, or too large, is not shown and never
  /// changed.
  List<KeptBitmap> load(BlockIo file) {
    List<KeptBitmap> found = new ArrayList<>();
    long left = Limits.MAX_LOADED_BITMAP_BYTES;
    for (Bitmap bitmap : directory(file).bitmaps()) {
      left -= DirtyBits.memoryBytes(state.sizeBytes(), 1L << bitmap.granularityBits());
      if (left >= 0 && bitmap.isUnderstood() && known.add(bitmap.name())) {
        found.add(bitmap.inUse() ? inconsistent(bitmap) : read(file, bitmap));
      }
    }
    return found;
  }

  private BitmapDirectory directory(BlockIo file) {
    return state
        .header()
        .bitmaps()
        .map(where -> BitmapDirectory.read(file, state.geometry, where))
        .orElse(new BitmapDirectory(List.of()));
  }

  private KeptBitmap inconsistent(Bitmap bitmap) {
    return new KeptBitmap(new BitmapName(bitmap.name()), bits(bitmap), State.INCONSISTENT);
  }

  private DirtyBits bits(Bitmap bitmap) {
    return new DirtyBits(state.sizeBytes(), 1L << bitmap.granularityBits());
  }

  private KeptBitmap read(BlockIo file, Bitmap bitmap) {
    DirtyBits bits = bits(bitmap);
    long[] table = bitmap.table(file, state.tableBuffers);
    if (table.length != BitmapWriter.tableEntries(bits, state.geometry)) {
      return inconsistent(bitmap);
    }
    BitmapReader reader = new BitmapReader(file, state);
    for (int i = 0; i < table.length; i++) {
      reader.read(bits, i, table[i]);
    }
    return new KeptBitmap(
        new BitmapName(bitmap.name()), bits, bitmap.auto() ? State.ENABLED : State.DISABLED);
  }

  /// Says of each bitmap that follows every write that it does not, durably.
  void markInUse(Disks disks) {
    boolean marked = false;
    for (Bitmap bitmap : directory(disks.file()).bitmaps()) {
      if (bitmap.auto() && !bitmap.inUse()) {
        bitmap.writeFlags(disks.file(), bitmap.flags() | BitmapDirectory.IN_USE);
        marked = true;
      }
    }
    if (marked) {
      disks.file().flush();
    }
    state.bitmapsStored = false;
  }

  /// The disk has got another length: what the file says of it is not to be believed until it is
  /// stored again.
  void giveUp(Disks disks) {
    boolean marked = false;
    for (Bitmap bitmap : directory(disks.file()).bitmaps()) {
      if (!bitmap.inUse()) {
        bitmap.writeFlags(disks.file(), bitmap.flags() | BitmapDirectory.IN_USE);
        marked = true;
      }
    }
    if (marked) {
      disks.file().flush();
    }
    state.bitmapsStored = false;
  }

  /// What is in the file may be true of an earlier state, and not of this one.
  void owe() {
    owed = true;
  }

  /// Stores what has to be stored, where that is known.
  void settle(Disks disks) {
    Supplier<List<KeptBitmap>> now = source;
    if (now != null && (!state.bitmapsStored || owed)) {
      store(disks, now.get());
    }
  }

  /// Stores these bitmaps in place of those that are in the file.
  void store(Disks disks, List<KeptBitmap> bitmaps) {
    if (bitmaps.size() > Limits.MAX_BITMAPS) {
      throw new BlockException(
          BlockException.Kind.INVALID, "an image keeps at most " + Limits.MAX_BITMAPS + " bitmaps");
    }
    Set<String> names =
        bitmaps.stream().map(bitmap -> bitmap.name().value()).collect(Collectors.toSet());
    BitmapDirectory before = directory(disks.file());
    List<Bitmap> ours = ours(before, names);
    if (!bitmaps.isEmpty() || !ours.isEmpty()) {
      writer.replace(disks, new BitmapWriter.Replaced(before.bitmaps(), ours), bitmaps);
    }
    known.clear();
    known.addAll(names);
    owed = false;
    state.bitmapsStored = true;
  }

  /// Those of the file that are ours, the first of each name.
  private List<Bitmap> ours(BitmapDirectory before, Set<String> names) {
    List<Bitmap> ours = new ArrayList<>();
    Set<String> left = new HashSet<>(known);
    for (Bitmap bitmap : before.bitmaps()) {
      if (bitmap.isUnderstood() && left.remove(bitmap.name())) {
        ours.add(bitmap);
      } else if (names.contains(bitmap.name()) && !known.contains(bitmap.name())) {
        throw new BlockException(
            BlockException.Kind.INVALID,
            "the image has a bitmap '" + bitmap.name() + "' that was not loaded");
      }
    }
    return ours;
  }
}
