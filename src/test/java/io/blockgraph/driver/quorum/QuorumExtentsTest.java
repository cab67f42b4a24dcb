package io.blockgraph.driver.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.FaultyDisk;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.quorum.QuorumDriver.Together;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Extents of children that are asked at the same time.
@Timeout(120)
class QuorumExtentsTest {
  private static final long SEED = Seeds.first();
  private static final int SIZE = 1 << 20;
  private static final ByteRange ALL = new ByteRange(0, SIZE);

  private final Bench bench = new Bench();
  private final ExecutorService twoThreads =
      new ThreadPoolExecutor(0, 2, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
  private final QuorumDriver asInTheService = new QuorumDriver(twoThreads, Together.WHERE_IT_PAYS);

  @AfterEach
  void close() throws InterruptedException {
    bench.close();
    twoThreads.shutdown();
    assertThat(twoThreads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  private BlockIo quorum(QuorumDriver of, List<? extends BlockIo> children) {
    List<String> names = IntStream.range(0, children.size()).mapToObj(i -> "d" + i).toList();
    Map<String, BlockIo> byName = new LinkedHashMap<>();
    names.forEach(name -> byName.put(name, children.get(byName.size())));
    return bench.open(of, Map.of("children", names, "voteThreshold", 2), byName).disk();
  }

  /// A disk that does something before it tells its extents.
  private static final class Asked extends FilterDisk {
    private final Runnable first;

    Asked(BlockIo below, Runnable first) {
      super(below);
      this.first = first;
    }

    @Override
    public List<Extent> extents(ByteRange range) {
      first.run();
      return super.extents(range);
    }
  }

  private static List<BlockIo> three(Runnable first) {
    return IntStream.range(0, 3).<BlockIo>mapToObj(_ -> new Asked(new Holes(SEED), first)).toList();
  }

  /// Holes and data, at random.
  private static final class Holes extends FilterDisk {
    private final long seed;

    Holes(long seed) {
      super(new MemoryDisk(SIZE));
      this.seed = seed;
    }

    /// Stops early now and then, as it may.
    @Override
    public List<Extent> extents(ByteRange range) {
      Random random = new Random(seed);
      List<Extent> found = new ArrayList<>();
      long at = range.offset();
      while (at < range.end() && (found.isEmpty() || random.nextInt(50) > 0)) {
        long end = Math.min(range.end(), at + 1 + random.nextInt(30_000));
        ByteRange part = ByteRange.between(at, end);
        found.add(random.nextInt(3) > 0 ? Extent.hole(part) : Extent.data(part));
        at = end;
      }
      return found;
    }
  }

  @Test
  void childrenAreAskedAtTheSameTimeFromTheFirstQuestionOn() {
    CountDownLatch all = new CountDownLatch(3);
    BlockIo quorum = quorum(asInTheService, three(() -> meet(all)));
    assertThat(Extents.of(quorum, ALL)).isNotEmpty();
    assertThat(all.getCount()).isZero();
  }

  private static void meet(CountDownLatch all) {
    all.countDown();
    try {
      assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Each waits for the others, so that they take no longer than one.
  @Test
  void slowChildrenAreAskedAtTheSameTimeHoweverOften() {
    CyclicBarrier all = new CyclicBarrier(3);
    Runnable slow =
        () -> {
          meet(all);
          bench.ticker().advance(100_000_000);
        };
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      BlockIo quorum = quorum(new QuorumDriver(threads, Together.WHERE_IT_PAYS), three(slow));
      for (int i = 0; i < 50; i++) {
        assertThat(Extents.of(quorum, ALL)).isNotEmpty();
      }
    }
  }

  private static void meet(CyclicBarrier all) {
    try {
      all.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theAnswerIsTheSameAsOfChildrenAskedInTurn() {
    System.out.println("QuorumExtentsTest: -Dseed=" + SEED);
    for (int round = 0; round < 100; round++) {
      long seed = SEED + round * 10L;
      List<FilterDisk> children =
          List.of(new Holes(seed), new Holes(seed + 1), new Holes(seed + round % 3));
      BlockIo together = quorum(new QuorumDriver(twoThreads, Together.ALWAYS), children);
      BlockIo inTurn = quorum(new QuorumDriver(), children);
      assertThat(Extents.of(together, ALL)).as("seed %d", seed).isEqualTo(Extents.of(inTurn, ALL));
    }
  }

  @Test
  void aChildThatCannotTellSaysDataAndIsReported() {
    FaultyDisk broken = new FaultyDisk(SIZE);
    BlockIo quorum =
        quorum(asInTheService, List.of(new MemoryDisk(SIZE), broken, new MemoryDisk(SIZE)));
    broken.fail(BlockException.Kind.IO);
    assertThat(Extents.of(quorum, ALL)).containsExactly(Extent.data(ALL));
    assertThat(bench.events().all()).hasSize(1);
  }

  @Test
  void aQuorumOfQuorumsDoesNotStarveWhenManyAsk() throws Exception {
    QuorumDriver always = new QuorumDriver(twoThreads, Together.ALWAYS);
    Runnable pause = () -> LockSupport.parkNanos(200_000);
    List<BlockIo> inner =
        IntStream.range(0, 3).mapToObj(_ -> quorum(always, three(pause))).toList();
    BlockIo tree = quorum(always, inner);
    List<Extent> expected = Extents.of(inner.getFirst(), ALL);
    Callable<Integer> ask = () -> askOften(tree, expected);
    try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
      List<Future<Integer>> all = IntStream.range(0, 8).mapToObj(_ -> clients.submit(ask)).toList();
      for (Future<Integer> one : all) {
        assertThat(one.get(60, TimeUnit.SECONDS)).isEqualTo(20);
      }
    }
  }

  private static int askOften(BlockIo disk, List<Extent> expected) {
    int same = 0;
    for (int i = 0; i < 20; i++) {
      same += Extents.of(disk, ALL).equals(expected) ? 1 : 0;
    }
    return same;
  }
}
