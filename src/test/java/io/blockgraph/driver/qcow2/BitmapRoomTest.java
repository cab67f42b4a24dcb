package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.KeptBitmap;
import io.blockgraph.graph.BitmapName;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Bitmaps are stored in an image whose refcount table is nearly full, so that it grows for one of
/// the clusters that they take.
class BitmapRoomTest {
  private static final int CLUSTER = 512;
  private static final int DISK_BYTES = 4 << 20;
  private static final int LATER_CLUSTERS = 200;

  /// Clusters of the disk that are written before, around the number at which the table is full.
  private static final int LEAST = 3955;

  private static final int MOST = 3975;

  private static final CreateOptions.Format SMALL_CLUSTERS =
      new CreateOptions.Format(3, CLUSTER, 64, false, false, Compression.ZLIB);

  @Test
  void keepsTheDiskWhicheverOfThemTheRefcountTableGrowsFor() {
    List<Integer> grown = IntStream.range(LEAST, MOST).filter(this::growsFor).boxed().toList();
    assertThat(grown).as("clusters in use when the table grew for a bitmap").isNotEmpty();
  }

  /// Stores a bitmap, goes on writing, and looks at all of it; answers whether the table grew for
  /// the bitmap.
  private boolean growsFor(int clusters) {
    MemoryDisk file = new MemoryDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(DISK_BYTES).with(SMALL_CLUSTERS));
    Qcow2Image image = open(file);
    Qcow2Io disk = image.bind(file, null, null);
    Content.fill(disk, 0, clusters * CLUSTER, 7);
    disk.flush();
    long before = image.info().header().tables().refcountTableOffset();
    DirtyBits bits = new DirtyBits(DISK_BYTES, 65_536);
    image.store(
        file, null, List.of(new KeptBitmap(new BitmapName("b"), bits, KeptBitmap.State.ENABLED)));
    long after = image.info().header().tables().refcountTableOffset();

    Content.fill(disk, (long) clusters * CLUSTER, LATER_CLUSTERS * CLUSTER, 9);
    image.close(file, null);

    CheckResult found = Qcow2Checker.check(file);
    assertThat(found.corruptions()).as("%d clusters: %s", clusters, found.findings()).isZero();
    Qcow2Image again = open(file);
    Content.requireAll(again.bind(file, null, null), 0, clusters * CLUSTER, 7);
    Content.requireAll(
        again.bind(file, null, null), (long) clusters * CLUSTER, LATER_CLUSTERS * CLUSTER, 9);
    again.close(file, null);
    return after != before;
  }

  private static Qcow2Image open(MemoryDisk file) {
    return Qcow2Image.open(file, null, Settings.DEFAULT, CorruptionListener.NOBODY);
  }
}
