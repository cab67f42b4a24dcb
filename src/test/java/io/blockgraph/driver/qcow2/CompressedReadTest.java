package io.blockgraph.driver.qcow2;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.driver.qcow2.CompressedImage.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Reads of compressed clusters: several at once, and ahead of readers.
@Timeout(120)
final class CompressedReadTest {
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

  static List<Kind> kinds() {
    return List.of(
        new Kind("zlib", 512, 700),
        new Kind("zstd", 4096, 300),
        new Kind("zlib", 16_384, 200),
        new Kind("zstd", 16_384, 600),
        ZLIB,
        ZSTD,
        new Kind("zlib", 1 << 20, 9),
        new Kind("zlib", 2 << 20, 7),
        new Kind("zstd", 2 << 20, 7));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void readsWhatQemuCompressed(Kind kind) {
    try (CompressedImage image = CompressedImage.make(folder, kind, pool)) {
      image.verify(0, image.content.length);
      for (int step : new int[] {4096, 65_536, 1 << 20, 300_001}) {
        image.verifyAll(step);
      }
      Random random = new Random(SEED);
      for (int i = 0; i < 100; i++) {
        int at = random.nextInt(image.content.length);
        image.verify(at, 1 + random.nextInt(Math.min(2_000_000, image.content.length - at)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void readsEachStoredByteOnceWhenReadInSmallPiecesByThreeReadersInTurns(Kind kind) {
    try (CompressedImage image = CompressedImage.make(folder, kind, pool)) {
      int third = image.content.length / 3 & -4096;
      for (int at = 0; at < third; at += 4096) {
        for (int reader = 0; reader < 3; reader++) {
          image.verify(reader * third + at, 4096);
        }
      }
      assertThat(image.file.bytesRead.get()).isLessThan(image.file.sizeBytes() * 3 / 2 + 200_000);
    }
  }

  @Test
  void readsWhatIsStoredTogetherInOnePiece() {
    try (CompressedImage image = CompressedImage.make(folder, ZLIB, pool)) {
      image.verify(0, 4096);
      long before = image.file.reads.get();
      image.verify(CLUSTER, 15 * CLUSTER);
      assertThat(image.file.reads.get() - before).isLessThanOrEqualTo(2);
    }
  }

  @Test
  void hasInflatedTheNextClustersWhenAReaderGoesOnInOrder() {
    try (CompressedImage image = CompressedImage.make(folder, ZSTD, pool)) {
      image.verify(0, CLUSTER);
      image.verify(CLUSTER, CLUSTER);
      long before = image.file.reads.get();
      image.file.broken = true;
      image.verify(2 * CLUSTER, CLUSTER);
      assertThat(image.file.reads.get()).isBetween(before, before + 1);
    }
  }

  @Test
  void readsNothingAheadOfOneWhoReadsHereAndThere() {
    try (CompressedImage image = CompressedImage.make(folder, ZSTD, pool)) {
      for (int cluster = 0; cluster < 60; cluster += 20) {
        image.verify(cluster * CLUSTER, 4096);
        image.verify(cluster * CLUSTER + 8192, 4096);
      }
      assertThat(image.image.compressed.kept()).isEqualTo(3);
    }
  }

  @Test
  void inflatesAClusterOnceForAllWhoWantIt() throws Exception {
    CountDownLatch all = new CountDownLatch(1);
    try (CompressedImage image = CompressedImage.make(folder, ZLIB, pool);
        ExecutorService readers = Executors.newFixedThreadPool(6)) {
      image.verify(20 * CLUSTER, 1);
      long before = image.file.reads.get();
      image.file.beforeRead = offset -> await(all);
      List<Future<?>> reading = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        int at = i * 1000;
        reading.add(readers.submit(() -> image.verify(at, 1000)));
      }
      TimeUnit.MILLISECONDS.sleep(50);
      all.countDown();
      for (Future<?> read : reading) {
        read.get();
      }
      assertThat(image.file.reads.get() - before).isEqualTo(1);
    }
  }

  @Test
  void offersTheClustersOfARequestToTheOtherThreads() {
    List<Runnable> offered = Collections.synchronizedList(new ArrayList<>());
    try (CompressedImage image = CompressedImage.make(folder, ZLIB, new Inflation(offered::add))) {
      image.verify(0, 8 * CLUSTER);
      assertThat(offered).hasSize(7);
      // Who comes too late finds nothing to do.
      offered.forEach(Runnable::run);
      image.verifyAll(CLUSTER);
    }
  }

  @Test
  void readsWithoutAnyThreadToHelp() {
    Inflation alone =
        new Inflation(
            work -> {
              throw new RejectedExecutionException("gone");
            });
    try (CompressedImage image = CompressedImage.make(folder, ZSTD, alone)) {
      image.verifyAll(1 << 20);
      image.verifyAll(4096);
    }
    assertThat(alone.held()).isZero();
  }

  @Test
  void imagesOnImagesNeedNoThreadThatIsBusy() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    inflation.keepBusy(busy);
    try (CompressedImage base = CompressedImage.make(folder, ZLIB, pool)) {
      SparseDisk file = new SparseDisk(0);
      Qcow2Creator.create(file, CreateOptions.of(base.content.length));
      Qcow2Image top = Qcow2Image.open(file, null, Settings.DEFAULT, CorruptionListener.NOBODY);
      Qcow2Io io = top.bind(file, base.io, null);
      List<Callable<byte[]>> work =
          Collections.nCopies(8, () -> readAll(io, base.content.length, 3 * CLUSTER));
      try (ExecutorService readers = Executors.newFixedThreadPool(8)) {
        for (Future<byte[]> read : readers.invokeAll(work)) {
          assertThat(read.get()).isEqualTo(base.content);
        }
      }
      top.close(file, null);
    } finally {
      busy.countDown();
    }
  }

  private static byte[] readAll(Qcow2Io io, int length, int step) {
    byte[] all = new byte[length];
    for (int at = 0; at < length; at += step) {
      int part = Math.min(step, length - at);
      System.arraycopy(CompressedImage.get(io, at, part), 0, all, at, part);
    }
    return all;
  }

  @Test
  void keepsBoundsForEachImageAndForAll() {
    List<CompressedImage> images = new ArrayList<>();
    try (CompressedImage first = CompressedImage.make(folder, ZSTD, pool)) {
      for (int i = 0; i < 60; i++) {
        CompressedImage image = first.again(pool);
        images.add(image);
        image.verifyAll(1 << 20);
        assertThat(image.image.compressed.kept()).isLessThanOrEqualTo(32);
        assertThat(pool.held()).isLessThanOrEqualTo(Limits.MAX_INFLATED_BYTES + (2 << 20));
      }
      assertThat(pool.held()).isGreaterThan(Limits.MAX_INFLATED_BYTES / 2);
      // The oldest have given up theirs, and read on.
      assertThat(images.getFirst().image.compressed.kept()).isZero();
      images.getFirst().verifyAll(4096);
      images.forEach(CompressedImage::close);
    }
  }

  @Test
  void closesWhileClustersAreInflatedAhead() {
    CompressedImage image = CompressedImage.make(folder, new Kind("zlib", 2 << 20, 7), pool);
    for (int i = 0; i < 10; i++) {
      CompressedImage again = image.again(pool);
      again.verify(0, 2 << 20);
      again.verify(2 << 20, 4096);
      again.close();
      assertThat(again.image.compressed.kept()).isZero();
      assertThat(pool.held()).isZero();
    }
    image.close();
  }
}
