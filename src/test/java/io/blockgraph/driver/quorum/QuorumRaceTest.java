package io.blockgraph.driver.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Writers that overlap, and readers meanwhile, on a quorum whose children are asked at the same
/// time.
class QuorumRaceTest {
  private static final int SIZE = 8192;
  private static final int ROUNDS = 300;

  private final long seed = Seeds.first();
  private final List<MemoryDisk> disks =
      IntStream.range(0, 3).mapToObj(_ -> new MemoryDisk(SIZE)).toList();

  @Test
  void overlappingWritesLeaveAllChildrenTheSameAndNoReadMistakesThemForCorruption()
      throws Exception {
    System.out.println("QuorumRaceTest: -Dseed=" + seed);
    try (Bench bench = new Bench();
        ExecutorService children = Executors.newFixedThreadPool(4);
        ExecutorService clients = Executors.newFixedThreadPool(4)) {
      BlockIo quorum = open(bench, new QuorumDriver(children, QuorumDriver.Together.ALWAYS));
      List<Future<?>> all =
          IntStream.range(0, 4)
              .<Future<?>>mapToObj(i -> clients.submit(() -> hammer(quorum, new Random(seed + i))))
              .toList();
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
      assertThat(disks.get(1).content(0, SIZE)).isEqualTo(disks.get(0).content(0, SIZE));
      assertThat(disks.get(2).content(0, SIZE)).isEqualTo(disks.get(0).content(0, SIZE));
      assertThat(bench.events().all()).isEmpty();
    }
  }

  private BlockIo open(Bench bench, QuorumDriver driver) {
    Map<String, Object> given =
        Map.of("children", List.of("a", "b", "c"), "voteThreshold", 2, "rewriteCorrupted", true);
    Map<String, MemoryDisk> byName =
        Map.of("a", disks.get(0), "b", disks.get(1), "c", disks.get(2));
    return bench.open(driver, given, byName).disk();
  }

  private static void hammer(BlockIo quorum, Random random) {
    for (int i = 0; i < ROUNDS; i++) {
      int offset = random.nextInt(SIZE / 2);
      if (random.nextBoolean()) {
        Content.fill(quorum, offset, SIZE / 2, random.nextInt());
      } else {
        Content.read(quorum, offset, SIZE / 2);
      }
    }
  }
}
