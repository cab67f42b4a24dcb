package io.blockgraph.driver.qcow2;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.CompressingDisk;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.blkverify.BlkverifyDriver;
import io.blockgraph.driver.copybeforewrite.CopyBeforeWriteDriver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.driver.raw.RawDriver;
import io.blockgraph.driver.throttle.ThrottleDriver;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The past is kept in an overlay over the disk itself, and somebody reads the overlay: he who has
/// found nothing there, and is about to read the disk, gets the bytes of the past.
@Timeout(60)
class ReadersOfTheTargetTest {
  private static final int SIZE = 1 << 20;
  private static final long LONG_ENOUGH_MS = 200;

  private final Bench bench = new Bench();
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final CountDownLatch reading = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final MemoryDisk file = new MemoryDisk(SIZE);

  /// What stands between the filter and the overlay.
  private enum Between {
    NOTHING,
    THROTTLE,
    RAW,
    COMPRESS,
    BLKVERIFY,
    QUORUM,
    THROTTLE_AND_QUORUM
  }

  /// The disk as the overlay reads it: not before it is told to.
  private final class Slow extends FilterDisk {
    Slow(BlockIo child) {
      super(child);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      reading.countDown();
      await(goOn);
      super.read(offset, into);
    }
  }

  private BlockIo target(Between between, BlockIo overlay) {
    return switch (between) {
      case NOTHING -> overlay;
      case THROTTLE ->
          bench.open(new ThrottleDriver(), Map.of("file", "o"), Map.of("o", overlay)).disk();
      case RAW -> bench.open(new RawDriver(), Map.of("file", "o"), Map.of("o", overlay)).disk();
      case COMPRESS -> CompressingDisk.over(overlay);
      case BLKVERIFY -> {
        MemoryDisk raw = new MemoryDisk(SIZE);
        Content.fill(raw, 0, SIZE, 7);
        yield bench
            .open(
                new BlkverifyDriver(),
                Map.of("raw", "a", "test", "o"),
                Map.of("a", raw, "o", overlay))
            .disk();
      }
      case QUORUM -> quorum(overlay);
      case THROTTLE_AND_QUORUM -> target(Between.THROTTLE, quorum(overlay));
    };
  }

  private BlockIo quorum(BlockIo overlay) {
    return bench
        .open(
            new QuorumDriver(threads, QuorumDriver.Together.values()[0]),
            Map.of("children", List.of("o", "p"), "voteThreshold", 1),
            Map.of("o", overlay, "p", new MemoryDisk(SIZE)))
        .disk();
  }

  @AfterEach
  void close() {
    goOn.countDown();
    bench.close();
    threads.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void seeThePast(Between between) throws Exception {
    Content.fill(file, 0, SIZE, 7);
    MemoryDisk image = new MemoryDisk(0);
    Qcow2Creator.create(image, CreateOptions.of(SIZE));
    BlockIo overlay =
        Qcow2Image.open(image, null, Settings.DEFAULT, CorruptionListener.NOBODY)
            .bind(image, new Slow(file), null);
    BlockIo disk =
        bench
            .open(
                new CopyBeforeWriteDriver(),
                Map.of("file", "f", "target", "t"),
                Map.of("f", file, "t", target(between, overlay)))
            .disk();
    AtomicReference<byte[]> seen = new AtomicReference<>();
    Thread reader = Thread.ofPlatform().start(() -> seen.set(Content.read(overlay, 0, 4096)));
    await(reading);

    Thread writer = Thread.ofPlatform().start(() -> Content.fill(disk, 0, 4096, 9));
    writer.join(LONG_ENOUGH_MS);
    assertThat(writer.isAlive()).as("the write waits for the reader").isTrue();
    goOn.countDown();
    writer.join();
    reader.join();

    assertThat(seen.get()).isEqualTo(Content.same(4096, 7));
    Content.requireAll(disk, 0, 4096, 9);
  }
}
