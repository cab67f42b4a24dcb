package io.blockgraph.driver.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.quorum.QuorumDriver.Together;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Children asked at the same time, by threads of which there are too few.
@Timeout(120)
class QuorumTogetherTest {
  private static final int SIZE = 1 << 20;

  private final Bench bench = new Bench();
  private final ExecutorService twoThreads =
      new ThreadPoolExecutor(0, 2, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
  private final QuorumDriver driver = new QuorumDriver(twoThreads, Together.ALWAYS);

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
    return bench
        .open(of, Map.of("children", names, "voteThreshold", children.size() / 2 + 1), byName)
        .disk();
  }

  private static List<BlockIo> three(java.util.function.Supplier<BlockIo> child) {
    return IntStream.range(0, 3).mapToObj(_ -> child.get()).toList();
  }

  @Test
  void aQuorumOfQuorumsOfQuorumsDoesNotStarveWhenManyUseIt() throws Exception {
    BlockIo tree =
        quorum(
            driver,
            three(
                () ->
                    quorum(
                        driver,
                        three(() -> quorum(driver, three(() -> new Slow(new MemoryDisk(SIZE))))))));
    try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int client = 0; client < 8; client++) {
        int offset = client * 100_000;
        all.add(clients.submit(() -> useAlone(tree, offset)));
      }
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(bench.events().all()).isEmpty();
  }

  private static void useAlone(BlockIo disk, int offset) {
    for (int i = 1; i <= 10; i++) {
      Content.fill(disk, offset, 5000, i);
      Content.requireAll(disk, offset, 5000, i);
    }
  }

  /// A disk whose requests take a moment, so that threads run short.
  private static final class Slow extends FilterDisk {
    Slow(BlockIo below) {
      super(below);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      pause();
      super.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      pause();
      super.write(offset, from);
    }

    private static void pause() {
      java.util.concurrent.locks.LockSupport.parkNanos(200_000);
    }
  }

  @Test
  void largeRequestsReachAllChildrenAtTheSameTime() {
    QuorumDriver asInTheService = new QuorumDriver(twoThreads, Together.WHERE_IT_PAYS);
    CountDownLatch allThree = new CountDownLatch(3);
    BlockIo quorum =
        quorum(asInTheService, three(() -> new Meeting(new MemoryDisk(SIZE), allThree)));
    Content.fill(quorum, 0, (int) Pace.LARGE_BYTES, 1);
    assertThat(allThree.getCount()).isZero();
  }

  /// A disk whose writes wait until all of its kind are writing.
  private static final class Meeting extends FilterDisk {
    private final CountDownLatch all;

    Meeting(BlockIo below, CountDownLatch all) {
      super(below);
      this.all = all;
    }

    @Override
    public void write(long offset, MemorySegment from) {
      all.countDown();
      try {
        assertThat(all.await(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      super.write(offset, from);
    }
  }

  @Test
  void memoryOfOneThreadIsReadAndWrittenToo() {
    BlockIo quorum = quorum(driver, three(() -> new MemoryDisk(SIZE)));
    try (Arena own = Arena.ofConfined()) {
      MemorySegment bytes = own.allocate(300_000).fill((byte) 7);
      quorum.write(5, bytes);
      bytes.fill((byte) 0);
      quorum.read(5, bytes);
      assertThat(bytes.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 299_999)).isEqualTo((byte) 7);
    }
    Content.requireAll(quorum, 5, 300_000, 7);
  }

  @Test
  void aMistakeOfOursInAChildIsThrownAndNoVote() {
    List<BlockIo> children = new ArrayList<>(three(() -> new MemoryDisk(SIZE)));
    children.set(1, new Mistaken(children.get(1)));
    BlockIo quorum = quorum(driver, children);
    assertThatThrownBy(() -> Content.fill(quorum, 0, 10, 1)).isInstanceOf(AssertionError.class);
    assertThatThrownBy(() -> Content.read(quorum, 0, 10)).isInstanceOf(IllegalStateException.class);
    assertThat(bench.events().all()).isEmpty();
  }

  private static final class Mistaken extends FilterDisk {
    Mistaken(BlockIo below) {
      super(below);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      throw new IllegalStateException("a mistake");
    }

    @Override
    public void write(long offset, MemorySegment from) {
      throw new AssertionError("a broken assumption");
    }
  }
}
