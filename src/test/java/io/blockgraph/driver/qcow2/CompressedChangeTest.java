package io.blockgraph.driver.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.qcow2.CompressedImage.Kind;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Compressed clusters that change or fail while they are inflated ahead: nobody sees anything
/// stale, nor an error of what nobody asked for.
@Timeout(120)
final class CompressedChangeTest {
  private static final long SEED = Seeds.first();
  private static final int CLUSTER = 65_536;
  private static final Kind ZLIB = new Kind("zlib", CLUSTER, 64);
  private static final Kind ZSTD = new Kind("zstd", CLUSTER, 64);

  @TempDir Path folder;
  private final InflationPool inflation = new InflationPool();
  private final Inflation pool = inflation.shared();

  @AfterEach
  void end() throws InterruptedException {
    inflation.end();
  }

  @Test
  void anErrorOfWhatNobodyAskedForIsToldToNobody() {
    try (CompressedImage image = CompressedImage.make(folder, ZLIB, pool)) {
      image.verify(0, CLUSTER);
      image.verify(2 * CLUSTER, 4096);
      // The next clusters are read ahead when this one is entered, which is here already.
      image.verify(CLUSTER, 4096);
      image.file.broken = true;
      image.verify(2 * CLUSTER, 4096);
      assertThatThrownBy(() -> image.verify(40 * CLUSTER, 4096)).isInstanceOf(BlockException.class);
      image.file.broken = false;
      image.verifyAll(CLUSTER);
    }
  }

  @Test
  void oneWhoAsksForWhatFailedAheadReadsItAnew() {
    try (CompressedImage image = CompressedImage.make(folder, ZLIB, pool)) {
      image.verify(0, CLUSTER);
      failFrom(image, 2);
      image.verify(CLUSTER, CLUSTER);
      assertThatThrownBy(() -> image.verify(2 * CLUSTER, CLUSTER))
          .isInstanceOf(BlockException.class);
      image.file.beforeRead = offset -> {};
      image.verifyAll(CLUSTER);
    }
  }

  /// Lets reads of what is stored of a guest cluster, and behind, fail.
  private static void failFrom(CompressedImage image, int cluster) {
    long entry = entryOf(image, cluster);
    long from = L2Entry.compressedOffset(entry, 16);
    image.file.beforeRead =
        offset -> {
          if (offset >= from) {
            throw new BlockException(BlockException.Kind.IO, "a bad sector");
          }
        };
  }

  private static long entryOf(CompressedImage image, int cluster) {
    long l1 = longAt(image, image.image.info().header().tables().l1Offset());
    return longAt(image, L2Entry.offset(l1) + cluster * 8L);
  }

  private static long longAt(CompressedImage image, long offset) {
    byte[] bytes = CompressedImage.get(image.file, offset, 8);
    return MemorySegment.ofArray(bytes).get(BigEndian.LONG, 0);
  }

  @Test
  void brokenBytesAheadAreAnErrorOnlyOfWhoReadsThem() {
    try (CompressedImage image = CompressedImage.make(folder, ZSTD, pool)) {
      long entry = entryOf(image, 3);
      ImageUnderTest.put(image.file, L2Entry.compressedOffset(entry, 16), new byte[64]);
      image.verify(0, CLUSTER);
      image.verify(CLUSTER, 2 * CLUSTER - 1);
      assertThatThrownBy(() -> image.verify(3 * CLUSTER, 1))
          .isInstanceOf(BlockException.class)
          .hasMessageContaining("compressed cluster");
      image.verify(4 * CLUSTER, 60 * CLUSTER);
    }
  }

  @Test
  void showsWhatWasWrittenZeroedAndDiscardedOverClustersThatWereInflatedAhead() {
    try (CompressedImage image = CompressedImage.make(folder, ZLIB, pool)) {
      image.verify(0, CLUSTER);
      image.verify(CLUSTER, CLUSTER);
      ImageUnderTest.put(image.io, 2 * CLUSTER, filled(CLUSTER, 9));
      ImageUnderTest.put(image.io, 3 * CLUSTER + 10, filled(20, 8));
      image.io.zero(new ByteRange(4 * CLUSTER, CLUSTER), Zeroable.Mode.MAY_UNMAP);
      image.io.discard(new ByteRange(5 * CLUSTER, CLUSTER));
      Arrays.fill(image.content, 2 * CLUSTER, 3 * CLUSTER, (byte) 9);
      Arrays.fill(image.content, 3 * CLUSTER + 10, 3 * CLUSTER + 30, (byte) 8);
      Arrays.fill(image.content, 4 * CLUSTER, 6 * CLUSTER, (byte) 0);
      image.verifyAll(CLUSTER);
      image.io.flush();
      image.verifyAll(CLUSTER);
    }
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void forgetsWhatWasStoredInClustersThatMayBeUsedAnew() {
    try (CompressedImage image = CompressedImage.make(folder, ZLIB, pool)) {
      image.verify(0, 12 * CLUSTER);
      assertThat(image.image.compressed.kept()).isGreaterThanOrEqualTo(12);
      image.io.discard(new ByteRange(0, image.content.length));
      image.io.flush();
      assertThat(image.image.compressed.kept()).isZero();
    }
  }

  @Test
  void showsNothingStaleAfterShrinkingGrowingAndEmptying() {
    try (CompressedImage image = CompressedImage.make(folder, ZSTD, pool)) {
      image.verify(0, CLUSTER);
      image.verify(CLUSTER, CLUSTER);
      image.io.resize(2 * CLUSTER);
      image.io.resize(image.content.length);
      Arrays.fill(image.content, 2 * CLUSTER, image.content.length, (byte) 0);
      image.verifyAll(CLUSTER);
      image.io.makeEmpty();
      Arrays.fill(image.content, (byte) 0);
      image.verifyAll(CLUSTER);
    }
  }

  /// With subclusters the old end of the disk may be a boundary of the tables within a compressed
  /// cluster, of which tables cannot say that a part reads as zeroes.
  @Test
  void growingShowsZeroesWhereACompressedClusterWithSubclustersWasCutOff() {
    Kind subclusters = new Kind("zlib,extended_l2=on", CLUSTER, 8);
    try (CompressedImage image = CompressedImage.make(folder, subclusters, pool)) {
      int end = 2 * CLUSTER + 4096;
      image.io.resize(end);
      image.io.resize(image.content.length);
      Arrays.fill(image.content, end, image.content.length, (byte) 0);
      image.verifyAll(CLUSTER);
    }
  }

  @Test
  void readersAndWritersOfTheSameClustersNeverSeeForeignBytes() throws Exception {
    System.out.println("CompressedChangeTest: -Dseed=" + SEED);
    byte[] content = CompressedImage.compressible(64 * CLUSTER, 7);
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (content[i] == 0 ? 0 : 1 + i / (16 * CLUSTER));
    }
    CompressedImage image = CompressedImage.of(folder, ZLIB, content, pool);
    List<Callable<Void>> work = new ArrayList<>();
    for (int owner = 0; owner < 4; owner++) {
      int area = owner;
      work.add(() -> change(image.io, area));
      work.add(() -> watch(image.io, area));
      work.add(() -> watch(image.io, area));
    }
    try (ExecutorService all = Executors.newFixedThreadPool(work.size())) {
      for (Future<Void> done : all.invokeAll(work)) {
        done.get();
      }
    }
    image.close();
    assertThat(Qcow2Checker.check(image.file).isClean()).isTrue();
  }

  private static Void change(Qcow2Io io, int owner) {
    Random random = new Random(SEED + owner);
    for (int i = 0; i < 150; i++) {
      long at = (owner * 16L + random.nextInt(15)) * CLUSTER;
      switch (random.nextInt(6)) {
        case 0 -> io.discard(new ByteRange(at, CLUSTER));
        case 1 -> io.zero(new ByteRange(at + 512, CLUSTER), Zeroable.Mode.MAY_UNMAP);
        case 2 -> io.flush();
        case 3 -> ImageUnderTest.put(io, at, filled(CLUSTER, owner + 1));
        default -> ImageUnderTest.put(io, at + 4096, filled(4096, owner + 1));
      }
    }
    return null;
  }

  private static Void watch(Qcow2Io io, int owner) {
    Random random = new Random(SEED - owner);
    int area = 16 * CLUSTER;
    for (int i = 0; i < 12; i++) {
      int step = List.of(4096, CLUSTER, 3 * CLUSTER, area).get(random.nextInt(4));
      for (int at = 0; at < area; at += step) {
        for (byte b :
            CompressedImage.get(io, (long) owner * area + at, Math.min(step, area - at))) {
          if (b != 0 && b != owner + 1) {
            throw new AssertionError("foreign byte " + b + " near " + at + ", seed " + SEED);
          }
        }
      }
    }
    return null;
  }

  @ParameterizedTest
  @MethodSource("io.blockgraph.driver.qcow2.CompressedReadTest#kinds")
  void randomOperationsOverCompressedClustersMatchAModel(Kind kind) {
    CompressedImage made = CompressedImage.make(folder, kind, pool);
    made.close();
    System.out.println("CompressedChangeTest: -Dseed=" + SEED);
    Random random = new Random(SEED);
    try (ImageUnderTest image =
        new ImageUnderTest(made.file.disk(), null, null, Settings.DEFAULT)) {
      image.inflateWith(pool);
      for (int i = 0; i < 120; i++) {
        long from = random.nextInt(made.content.length / 2);
        image.step(random, from, made.content.length);
        if (i % 10 == 5) {
          readInOrder(image, random);
        }
      }
      image.verify("seed " + SEED);
    }
    assertThat(Qcow2Checker.check(made.file).isClean()).isTrue();
  }

  private static void readInOrder(ImageUnderTest image, Random random) {
    int step = List.of(65_536, 1 << 20).get(random.nextInt(2));
    for (int at = 0; at < image.model.length; at += step) {
      int end = Math.min(image.model.length, at + step);
      assertThat(Arrays.equals(image.read(at, end - at), Arrays.copyOfRange(image.model, at, end)))
          .as("read of %d to %d, seed %d", at, end, SEED)
          .isTrue();
    }
  }
}
