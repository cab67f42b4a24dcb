package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.strangers.ImageVariant;
import io.blockgraph.strangers.ImageVariant.Feature;
import io.blockgraph.strangers.ImageVariant.Made;
import io.blockgraph.strangers.ImageVariants;
import io.blockgraph.strangers.QemuImg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// 100,000 random operations in all, over every variant of the format and over chains of overlays:
/// writes, zeroes, discards, flushes, reads, snapshots, resizes, closing and opening, unaligned;
/// byte for byte as a flat model, and as qemu-img sees it, with no error and no leak.
final class RandomOperationsTest {
  private static final long SEED = Seeds.first();
  private static final int OPERATIONS = Integer.getInteger("operations", 100_000);
  private static final int CHECKPOINTS = 3;

  @TempDir Path folder;

  static List<ImageVariant> variants() {
    return ImageVariants.all();
  }

  @BeforeAll
  static void printSeed() {
    System.out.println("RandomOperationsTest: -Dseed=" + SEED);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void agreesWithAFlatModelAndWithQemu(ImageVariant variant) throws IOException {
    Made made = variant.createFilled(folder);
    boolean snapshots = variant.features().contains(Feature.SNAPSHOTS);
    boolean mayRefuseResize = snapshots || variant.features().contains(Feature.BITMAPS);
    Path before = folder.resolve("snapshot-before.raw");
    if (snapshots) {
      exportSnapshot(made, before);
    }
    Random random = new Random(SEED ^ variant.name().hashCode());
    OverlayChain chain = new OverlayChain(folder, made, random, mayRefuseResize);
    try {
      run(chain);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(variant + ", -Dseed=" + SEED + ": " + e.getMessage(), e);
    }
    if (snapshots) {
      Path after = folder.resolve("snapshot-after.raw");
      exportSnapshot(made, after);
      assertSameBeginning(before, after);
    }
  }

  private static void run(OverlayChain chain) throws IOException {
    int operations = (OPERATIONS + variants().size() - 1) / variants().size();
    for (int i = 1; i <= operations; i++) {
      chain.step();
      if (i % (operations / CHECKPOINTS) == 0) {
        chain.checkpoint();
      }
    }
  }

  /// qemu-img exports a snapshot in the length the disk has now: a shrunk disk shows less of it.
  private static void assertSameBeginning(Path before, Path after) throws IOException {
    byte[] was = Files.readAllBytes(before);
    byte[] is = Files.readAllBytes(after);
    int length = Math.min(was.length, is.length);
    assertThat(Arrays.mismatch(was, 0, length, is, 0, length))
        .as("first byte of the internal snapshot that changed, -Dseed=%d", SEED)
        .isEqualTo(-1);
  }

  private static void exportSnapshot(Made made, Path raw) {
    QemuImg.convert(made.image(), "qcow2", raw, "raw", "-l", "snapshot.name=first");
  }
}
