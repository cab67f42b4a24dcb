package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ResidentMemory;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Memory outside the heap, which no collector gives back.
class Qcow2MemoryTest {
  private static final int IMAGES = 2_000;
  private static final int CLUSTER = 65_536;
  private static final long MIB = 1 << 20;

  /// What a small buffer of each image would come to is more than ten times as much.
  private static final long MOST_MIB = 96;

  /// Writes into the middle of a cluster that something backs: every kind of buffer is used.
  private static void openAndUse() {
    SparseDisk file = new SparseDisk(0);
    Format format = new Format(3, CLUSTER, 16, false, false, Compression.ZLIB);
    Qcow2Creator.create(file, CreateOptions.of(4L * CLUSTER).with(format));
    SparseDisk backing = new SparseDisk(4 * CLUSTER);
    Qcow2Image image = Qcow2Image.open(file, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    ImageUnderTest.put(image.bind(file, backing, null), 1000, new byte[] {1, 2, 3});
    image.close(file, null);
  }

  @Test
  void imagesThatAreClosedLeaveNoBuffersBehind() throws IOException {
    for (int i = 0; i < IMAGES; i++) {
      openAndUse();
    }
    System.gc();
    long before = ResidentMemory.ownAnonymousBytes() / MIB;
    for (int i = 0; i < IMAGES; i++) {
      openAndUse();
    }
    System.gc();
    assertThat(ResidentMemory.ownAnonymousBytes() / MIB - before).isLessThan(MOST_MIB);
  }
}
