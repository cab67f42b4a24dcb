package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.driver.qcow2.MutantBases.Base;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An image with the dirty flag may hold any refcounts: the first write counts them anew.
final class RefcountRebuildTest {
  private static final long SEED = Seeds.first();

  @TempDir Path folder;

  private interface Damage {
    void on(byte[] image, int from, int to);
  }

  @Test
  void countsAnewWhereNothingIsCounted() throws IOException {
    assertRebuilt((image, from, to) -> Arrays.fill(image, from, to, (byte) 0));
  }

  @Test
  void countsAnewWhereAnythingIsCounted() throws IOException {
    System.out.println("RefcountRebuildTest: -Dseed=" + SEED);
    Random random = new Random(SEED);
    assertRebuilt(
        (image, from, to) -> {
          for (int i = from; i < to; i++) {
            image[i] = (byte) random.nextInt(4);
          }
        });
  }

  private void assertRebuilt(Damage damage) throws IOException {
    for (Base base : MutantBases.make(folder)) {
      if (base.map().geometry().version() < 3 || base.name().equals("data")) {
        continue;
      }
      byte[] image = base.bytes().clone();
      for (ImageMap.Area area : base.map().areas()) {
        if (area.name().equals("refcount block")) {
          damage.on(image, (int) area.offset(), (int) (area.offset() + area.bytes()));
        }
      }
      image[79] |= 1;
      assertThat(QemuImg.check(save(image)).isClean()).as(base.name()).isFalse();
      QemuImg.assertClean(save(written(image)));
    }
  }

  /// The image after one write into it.
  private static byte[] written(byte[] image) {
    MemoryDisk disk = new MemoryDisk(image);
    Qcow2Image open = Qcow2Image.open(disk, null, Settings.DEFAULT, CorruptionListener.NOBODY);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(700).fill((byte) 7);
      open.bind(disk, null, null).write(33_000, bytes);
    }
    open.close(disk, null);
    return disk.content();
  }

  private Path save(byte[] image) throws IOException {
    return Files.write(folder.resolve("dirty.qcow2"), image);
  }
}
