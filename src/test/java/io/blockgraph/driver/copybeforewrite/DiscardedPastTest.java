package io.blockgraph.driver.copybeforewrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DiscardablePast;
import io.blockgraph.block.Extent;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.CopyBeforeWrite;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What becomes of a past, and of what keeps it, when parts of it are given up.
@Timeout(60)
class DiscardedPastTest {
  private static final int CLUSTER = 64 << 10;
  private static final long SIZE = 5 * CLUSTER + 4096;

  private final Bench bench = new Bench();
  private final MemoryDisk file = new MemoryDisk(SIZE);
  private final MemoryDisk target = new MemoryDisk(SIZE);
  private Bench.Opened opened;
  private BlockIo past;

  @BeforeEach
  void open() {
    Content.fill(file, 0, (int) SIZE, 7);
    opened =
        bench.open(
            new CopyBeforeWriteDriver(),
            Map.of("file", "f", "target", "t"),
            Map.of("f", file, "t", target));
    past = ((Snapshotted) opened.disk()).past();
  }

  @AfterEach
  void close() {
    bench.close();
  }

  private void discard(long offset, long length) {
    ((DiscardablePast) past).discardPast(List.of(new ByteRange(offset, length)));
  }

  private void assertGone(long offset) {
    assertThatThrownBy(() -> Content.read(past, offset, 1))
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("offset " + offset);
  }

  @Test
  void wholeClustersAreGivenUpAndWhatIsBesideThemIsShownAsBefore() {
    Content.fill(opened.disk(), 0, (int) SIZE, 1);
    discard(CLUSTER / 2, 2 * CLUSTER);
    Content.requireAll(past, 0, CLUSTER, 7);
    assertGone(CLUSTER);
    assertGone(2 * CLUSTER - 1);
    Content.requireAll(past, 2 * CLUSTER, (int) SIZE - 2 * CLUSTER, 7);
    assertThat(opened.node().facts()).containsEntry("discardedBytes", (long) CLUSTER);
  }

  @Test
  void theLastClusterEndsWithTheDisk() {
    Content.fill(opened.disk(), 0, (int) SIZE, 1);
    discard(5 * CLUSTER, 4096);
    assertGone(SIZE - 1);
    assertThat(opened.node().facts()).containsEntry("discardedBytes", 4096L);
  }

  @Test
  void onlyWhatWasKeptIsDiscardedInTheTarget() {
    Content.fill(opened.disk(), CLUSTER, CLUSTER, 1);
    Content.fill(target, 2 * CLUSTER, CLUSTER, 5);
    discard(0, SIZE);
    List<Extent> extents = target.extents(new ByteRange(CLUSTER, 2 * CLUSTER));
    assertThat(extents.getFirst().range()).isEqualTo(new ByteRange(CLUSTER, CLUSTER));
    assertThat(extents.getFirst().kind().readsAsZero()).isTrue();
    Content.requireAll(target, 2 * CLUSTER, CLUSTER, 5);
  }

  @Test
  void whatIsGivenUpIsNotCopiedAnyMore() {
    discard(0, 2 * CLUSTER);
    Content.fill(opened.disk(), 0, 3 * CLUSTER, 1);
    Content.requireAll(target, 0, 2 * CLUSTER, 0);
    Content.requireAll(target, 2 * CLUSTER, CLUSTER, 7);
    Content.requireAll(opened.disk(), 0, 3 * CLUSTER, 1);
  }

  /// He would see the bytes of the target go while he reads them.
  @Test
  void whoLooksIsWaitedFor() throws Exception {
    CopyBeforeWrite moment = ((KeepingDisk) opened.disk()).moment();
    ByteRange first = new ByteRange(0, CLUSTER);
    Thread discarding = Thread.ofPlatform().unstarted(() -> discard(0, CLUSTER));
    moment.past(
        ((KeepingDisk) opened.disk()).ends(),
        first,
        (_, _) -> {
          discarding.start();
          assertThat(joined(discarding, 300)).isFalse();
          assertThat(opened.node().facts()).containsEntry("discardedBytes", 0L);
        });
    assertThat(joined(discarding, 30_000)).isTrue();
    assertGone(0);
  }

  private static boolean joined(Thread thread, long waitMs) {
    try {
      return thread.join(Duration.ofMillis(waitMs));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
