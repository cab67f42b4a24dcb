package io.blockgraph.driver;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.blkverify.BlkverifyDriver;
import io.blockgraph.driver.quorum.QuorumDriver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A format lets its disk grow while requests are under way. Where the disk has children that grow
/// one after the other, no request takes them for children that differ.
@Timeout(60)
class GrowthBesideRequestsTest {
  private static final int SIZE = 1 << 16;

  private final Bench bench = new Bench();
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final CountDownLatch begun = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final MemoryDisk first = new MemoryDisk(SIZE);
  private final MemoryDisk second = new MemoryDisk(SIZE);

  private enum Pair {
    QUORUM,
    BLKVERIFY
  }

  /// Grows when it is told to.
  private final class SlowDisk extends FilterDisk {
    SlowDisk(BlockIo child) {
      super(child);
    }

    @Override
    public void resize(long sizeBytes) {
      begun.countDown();
      await(goOn);
      super.resize(sizeBytes);
    }
  }

  private BlockIo open(Pair pair) {
    BlockIo slow = new SlowDisk(second);
    return switch (pair) {
      case QUORUM -> {
        QuorumDriver quorum = new QuorumDriver(threads, QuorumDriver.Together.values()[0]);
        Map<String, BlockIo> disks = new LinkedHashMap<>();
        disks.put("a", first);
        disks.put("b", slow);
        Map<String, Object> options = Map.of("children", List.of("a", "b"), "voteThreshold", 2);
        yield bench.open(quorum, options, disks).disk();
      }
      case BLKVERIFY ->
          bench
              .open(
                  new BlkverifyDriver(),
                  Map.of("raw", "a", "test", "b"),
                  Map.of("a", first, "b", slow))
              .disk();
    };
  }

  @AfterEach
  void close() {
    goOn.countDown();
    bench.close();
    threads.shutdown();
  }

  @ParameterizedTest
  @EnumSource
  void requestsGoOnMeanwhile(Pair pair) throws Exception {
    BlockIo disk = open(pair);
    Content.fill(disk, 0, SIZE, 7);
    Thread growth = Thread.ofPlatform().start(() -> ((Resizable) disk).makeRoom(2L * SIZE));
    await(begun);
    assertThat(first.sizeBytes()).isNotEqualTo(second.sizeBytes());

    assertThat(disk.sizeBytes()).as("nothing can be written behind the old end").isEqualTo(SIZE);
    Content.requireAll(disk, 0, SIZE, 7);
    Content.fill(disk, 512, 512, 9);
    disk.flush();

    goOn.countDown();
    growth.join();
    assertThat(disk.sizeBytes()).isEqualTo(2L * SIZE);
    Content.fill(disk, SIZE, SIZE, 8);
    Content.requireAll(disk, SIZE, SIZE, 8);
    Content.requireAll(disk, 512, 512, 9);
  }

  @ParameterizedTest
  @EnumSource
  void childrenThatNobodyChangesDiffer(Pair pair) {
    BlockIo disk = open(pair);
    first.resize(2L * SIZE);
    assertThatThrownBy(() -> Content.read(disk, 0, 512))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("differ in length");
  }
}
