package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.qcow2.CreateOptions.Format;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random operations against a flat model, with the checker at every close; `-Dseed=N` replays a
/// run, `-Dsteps=N` makes it longer.
final class Qcow2RandomOperationsTest {
  private static final long SEED = Seeds.first();
  private static final int STEPS = Integer.getInteger("steps", 1500);
  private static final Settings SMALL_CACHES =
      new Settings(
          Settings.OverlapCheck.ALL, false, Settings.DEFAULT.passDiscard(), 8 << 10, 8 << 10);
  private static final Settings LAZY =
      new Settings(
          Settings.OverlapCheck.CACHED, true, Settings.DEFAULT.passDiscard(), 1 << 20, 1 << 18);

  /// A way to make an image.
  record Variant(Format format, long backingBytes, Settings settings) {}

  private static Format format(int version, long cluster, int refcountBits, boolean extended) {
    return new Format(version, cluster, refcountBits, extended, false, Compression.ZLIB);
  }

  static List<Variant> variants() {
    return List.of(
        new Variant(format(3, 65_536, 16, false), 0, Settings.DEFAULT),
        new Variant(
            new Format(3, 65_536, 16, false, false, Compression.ZSTD), 900_000, Settings.DEFAULT),
        new Variant(format(3, 512, 64, false), 0, SMALL_CACHES),
        new Variant(format(3, 512, 1, false), 700_000, SMALL_CACHES),
        new Variant(format(3, 1024, 2, false), 4 << 20, LAZY),
        new Variant(format(2, 512, 16, false), 0, SMALL_CACHES),
        new Variant(format(2, 4096, 16, false), 900_000, Settings.DEFAULT),
        new Variant(format(3, 16_384, 16, true), 700_000, SMALL_CACHES),
        new Variant(format(3, 131_072, 8, true), 4 << 20, LAZY),
        new Variant(format(3, 2 << 20, 16, false), 3 << 20, Settings.DEFAULT));
  }

  private static ImageUnderTest create(Variant variant, long size, Random random) {
    SparseDisk file = new SparseDisk(0);
    Qcow2Creator.create(file, CreateOptions.of(size).with(variant.format()));
    BlockIo backing = null;
    if (variant.backingBytes() > 0) {
      backing = new SparseDisk(variant.backingBytes());
      ImageUnderTest.put(backing, 0, ImageUnderTest.bytes(random, variant.backingBytes()));
    }
    return new ImageUnderTest(file, null, backing, variant.settings());
  }

  private static void requireClean(ImageUnderTest image, String what) {
    CheckResult result = Qcow2Checker.check(image.file);
    assertThat(result.isClean()).as("%s: %s", what, result.findings()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("variants")
  void agreesWithAFlatModelAfterEveryReopening(Variant variant) {
    System.out.println("seed " + SEED + " for " + variant);
    Random random = new Random(SEED);
    ImageUnderTest image = create(variant, 2 << 20, random);
    for (int i = 0; i < STEPS; i++) {
      image.step(random, 0, image.io.sizeBytes());
      if (random.nextInt(100) == 0) {
        image.resize((1 + random.nextInt(6 << 11)) * 512L);
      }
      if (random.nextInt(150) == 0) {
        image.close();
        requireClean(image, "seed " + SEED + ", step " + i);
        image.reopen();
        image.verify("seed " + SEED + ", step " + i);
      }
    }
    image.verify("seed " + SEED);
    image.close();
    requireClean(image, "seed " + SEED);
  }

  @ParameterizedTest
  @MethodSource("variants")
  void threadsOnTheirOwnAreasDoNotDisturbEachOther(Variant variant) throws Exception {
    System.out.println("seed " + SEED + " for " + variant);
    ImageUnderTest image = create(variant, 4_000_256, new Random(SEED));
    int threads = 4;
    long part = image.io.sizeBytes() / threads;
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Void>> work =
          List.of(
              () -> steps(image, 0, 0, part),
              () -> steps(image, 1, part, 2 * part),
              () -> steps(image, 2, 2 * part, 3 * part),
              () -> steps(image, 3, 3 * part, 4 * part));
      for (Future<Void> done : pool.invokeAll(work, 300, TimeUnit.SECONDS)) {
        done.get();
      }
    }
    image.verify("seed " + SEED);
    image.reopen();
    image.verify("reopened, seed " + SEED);
    image.close();
    requireClean(image, "seed " + SEED);
  }

  private static Void steps(ImageUnderTest image, int thread, long from, long to) {
    Random random = new Random(SEED + thread);
    for (int i = 0; i < STEPS / 4; i++) {
      image.step(random, from, to);
    }
    return null;
  }
}
