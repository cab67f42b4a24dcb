package io.blockgraph.driver.qcow2;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.ScratchBuffers;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.driver.qcow2.BitmapDirectory.Bitmap;
import io.blockgraph.driver.qcow2.ClusterAllocator.Run;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Puts bitmaps into an image: everything anew in free clusters, durably; then the header, which
/// points there; then the clusters of the old ones are free. A crash in between leaves the old ones
/// or the new ones, and leaks clusters at most.
final class BitmapWriter {
  private final ImageState state;
  private final Corruption corruption;
  private final ClusterAllocator allocator;
  private final WriteBack writeBack;
  private final TableChanges tables;
  private final Geometry geometry;

  BitmapWriter(
      ImageState state,
      Corruption corruption,
      ClusterAllocator allocator,
      WriteBack writeBack,
      TableChanges tables) {
    this.state = state;
    this.corruption = corruption;
    this.allocator = allocator;
    this.writeBack = writeBack;
    this.tables = tables;
    this.geometry = state.geometry;
  }

  /// How many clusters of bits a bitmap has.
  static long tableEntries(DirtyBits bits, Geometry geometry) {
    return geometry.clustersFor(Math.ceilDiv(bits.count(), (long) Long.SIZE) * Long.BYTES);
  }

  /// One replacement: what it has taken is given back when it fails.
  private final class Replacement {
    private final Disks disks;
    private final List<Run> taken = new ArrayList<>();
    private final ByteArrayOutputStream entries = new ByteArrayOutputStream();
    private int count;

    Replacement(Disks disks) {
      this.disks = disks;
    }

    private long take(long bytes) {
      int clusters = Math.toIntExact(geometry.clustersFor(bytes));
      Run run = tables.withRoom(disks, () -> allocator.allocateExactly(disks, clusters));
      taken.add(run);
      return run.offset();
    }

    void carry(Bitmap bitmap) {
      entries.writeBytes(bitmap.raw(disks.file()));
      count++;
    }

    void add(KeptBitmap bitmap) {
      DirtyBits bits = bitmap.bits();
      long[] table = new long[Math.toIntExact(tableEntries(bits, geometry))];
      for (int i = 0; i < table.length; i++) {
        table[i] = cluster(bits, i);
      }
      long offset = take(table.length * 8L);
      TableWrite.writeAll(disks, TableWrite.split(offset, table), state.tableBuffers);
      int flags = bitmap.state() == KeptBitmap.State.ENABLED ? BitmapDirectory.AUTO : 0;
      entries.writeBytes(
          BitmapDirectory.entry(
              new Bitmap(
                  0,
                  offset,
                  table.length,
                  flags,
                  Long.numberOfTrailingZeros(bits.granularityBytes()),
                  bitmap.name().value(),
                  true)));
      count++;
    }

    /// A cluster of bits; all clear or all set it takes no place.
    private long cluster(DirtyBits bits, int index) {
      long words = geometry.clusterSize() / Long.BYTES;
      long all = Math.ceilDiv(bits.count(), (long) Long.SIZE);
      try (ScratchBuffers.Lease lease = state.clusterBuffers.borrow()) {
        MemorySegment out = lease.first(geometry.clusterSize());
        long set = 0;
        for (long i = 0; i < words; i++) {
          long word = index * words + i < all ? bits.word(index * words + i) : 0;
          out.set(BitmapReader.BITS, i * Long.BYTES, word);
          set += Long.bitCount(word);
        }
        long most = Math.min(words * Long.SIZE, bits.count() - index * words * Long.SIZE);
        if (set == 0 || set == most) {
          return set == 0 ? 0 : BitmapReader.ALL_SET;
        }
        long offset = take(geometry.clusterSize());
        disks.file().write(offset, out);
        return offset;
      }
    }

    /// The directory, in the file; where it lies.
    BitmapsExtension finish() {
      byte[] bytes = entries.toByteArray();
      if (bytes.length > Limits.MAX_BITMAP_DIRECTORY_BYTES) {
        throw new BlockException(
            BlockException.Kind.INVALID, "the names of the bitmaps take more than 64 MiB");
      }
      long offset = take(bytes.length);
      try (Arena arena = Arena.ofConfined()) {
        disks.file().write(offset, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
      }
      return new BitmapsExtension(count, bytes.length, offset);
    }

    void giveBack() {
      taken.forEach(run -> tables.giveBackMetadata(disks, run));
    }
  }

  /// What is in the file.
  ///
  /// @param all the directory
  /// @param ours those of it that are replaced; the others are carried on as they are
  record Replaced(List<Bitmap> all, List<Bitmap> ours) {}

  /// Puts `bitmaps` in place of ours. Inconsistent ones stay as they are there.
  void replace(Disks disks, Replaced before, List<KeptBitmap> bitmaps) {
    Set<String> inconsistent =
        bitmaps.stream()
            .filter(bitmap -> bitmap.state() == KeptBitmap.State.INCONSISTENT)
            .map(bitmap -> bitmap.name().value())
            .collect(Collectors.toSet());
    List<Bitmap> going =
        before.ours().stream().filter(bitmap -> !inconsistent.contains(bitmap.name())).toList();
    List<Run> old = clusters(disks, going);
    Qcow2Header after = prepared(disks, new Replaced(before.all(), going), bitmaps);
    BitmapHeader.write(disks.file(), state.header(), after);
    turnTo(disks, after, old);
  }

  /// Everything is in the file, and nothing points to it yet.
  private Qcow2Header prepared(Disks disks, Replaced before, List<KeptBitmap> bitmaps) {
    Replacement replacement = new Replacement(disks);
    try {
      before.all().stream().filter(b -> !before.ours().contains(b)).forEach(replacement::carry);
      bitmaps.stream()
          .filter(bitmap -> bitmap.state() != KeptBitmap.State.INCONSISTENT)
          .forEach(replacement::add);
      Qcow2Header after = header(replacement);
      after.toBytes();
      writeBack.drain(disks);
      disks.file().flush();
      return after;
    } catch (BlockException e) {
      replacement.giveBack();
      throw e;
    }
  }

  /// The header is looked at last: making room for the directory may have given the refcount table
  /// another place.
  private Qcow2Header header(Replacement replacement) {
    if (replacement.count == 0) {
      return state.header().withoutBitmaps();
    }
    BitmapsExtension directory = replacement.finish();
    return state.header().withBitmaps(directory);
  }

  /// The clusters of bitmaps that go, but for the directory.
  private List<Run> clusters(Disks disks, List<Bitmap> going) {
    List<Run> clusters = new ArrayList<>();
    for (Bitmap bitmap : going) {
      clusters.add(run(bitmap.tableOffset(), bitmap.tableEntries() * 8L));
      for (long entry : bitmap.table(disks.file(), state.tableBuffers)) {
        long offset = entry & BitmapDirectory.OFFSET;
        if (offset != 0) {
          clusters.add(run(offset, geometry.clusterSize()));
        }
      }
    }
    clusters.forEach(run -> requireFreeable(disks, run));
    return clusters;
  }

  /// A lying table must not free what holds metadata: the header itself would be handed out.
  private void requireFreeable(Disks disks, Run run) {
    long first = geometry.clusterOf(run.offset());
    for (long c = first; c < first + run.clusters(); c++) {
      int classes = state.map.classesOf(c);
      if (geometry.within(run.offset()) != 0 || classes != 0) {
        throw corruption.found(
            disks,
            "a bitmap lies at offset "
                + run.offset()
                + (classes == 0
                    ? ", which is no cluster's"
                    : ", with " + MetadataMap.name(classes)));
      }
    }
  }

  private Run run(long offset, long bytes) {
    return new Run(offset, Math.toIntExact(geometry.clustersFor(bytes)), false);
  }

  private void turnTo(Disks disks, Qcow2Header after, List<Run> old) {
    state.locked(
        () -> {
          state
              .header()
              .bitmaps()
              .ifPresent(b -> free(disks, run(b.directoryOffset(), b.directoryBytes())));
          old.forEach(run -> free(disks, run));
          state.header(after);
          after.bitmaps().ifPresent(this::note);
          return true;
        });
    writeBack.drain(disks);
  }

  private void note(BitmapsExtension where) {
    state.map.add(
        geometry.clusterOf(where.directoryOffset()),
        geometry.clustersFor(where.directoryBytes()),
        MetadataMap.BITMAP_DIRECTORY);
  }

  private void free(Disks disks, Run run) {
    allocator.free(disks, geometry.clusterOf(run.offset()), run.clusters());
  }

  static byte[] utf8(String name) {
    return name.getBytes(StandardCharsets.UTF_8);
  }
}
