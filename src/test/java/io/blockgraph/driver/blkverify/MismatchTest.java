package io.blockgraph.driver.blkverify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.Seeds;
import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extent;
import io.blockgraph.block.Extents;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.EventBound;
import io.blockgraph.driver.FaultyDisk;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.RecordedEvents;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MismatchTest {
  private static final int SIZE = 3 << 20;

  private final long seed = Seeds.first();
  private final Bench bench = new Bench();
  private final FaultyDisk raw = new FaultyDisk(SIZE);
  private final FaultyDisk test = new FaultyDisk(SIZE);

  @AfterEach
  void close() {
    bench.close();
  }

  private Bench.Opened pair() {
    return pair(raw, test);
  }

  private Bench.Opened pair(BlockIo one, BlockIo other) {
    return bench.open(
        new BlkverifyDriver(), Map.of("raw", "r", "test", "t"), Map.of("r", one, "t", other));
  }

  private List<RecordedEvents.Told> told() {
    return bench.events().of(NodeEvents.Kind.BLKVERIFY_MISMATCH);
  }

  private static void refused(Kind kind, String sentence, Runnable work) {
    assertThatThrownBy(work::run)
        .isInstanceOfSatisfying(BlockException.class, e -> assertThat(e.kind()).isEqualTo(kind))
        .hasMessageContaining(sentence);
  }

  @Test
  void aReadThatDiffersFailsNamingTheFirstByteThatDoes() {
    Bench.Opened pair = pair();
    Content.fill(pair.disk(), 0, SIZE, 7);
    Content.fill(test, 2_000_123, 40, 8);
    refused(
        Kind.IO,
        "node 'n': its sides 'raw' and 'test' differ from offset 2000123 on",
        () -> Content.read(pair.disk(), 100, SIZE - 100));
    assertThat(told().getFirst().details())
        .containsEntry("offset", 2_000_123L)
        .containsEntry("operation", "read")
        .containsEntry("requestOffset", 100L + (1 << 20))
        .containsEntry("requestLength", 1L << 20);
    assertThat(pair.node().facts()).containsEntry("mismatches", 1L);
    Content.requireAll(pair.disk(), 0, 2_000_123, 7);
  }

  @Test
  void everyMismatchIsCountedButFewAreTold() {
    Bench.Opened pair = pair();
    Content.fill(test, 5, 1, 8);
    for (int i = 0; i < 100; i++) {
      refused(Kind.IO, "offset 5", () -> Content.read(pair.disk(), 0, 10));
    }
    assertThat(told()).hasSize(EventBound.MOST_PER_SECOND);
    bench.ticker().advance(1_000_000_000L);
    refused(Kind.IO, "offset 5", () -> Content.read(pair.disk(), 0, 10));
    assertThat(told().getLast().details())
        .containsEntry("untold", 100L - EventBound.MOST_PER_SECOND);
    assertThat(pair.node().facts()).containsEntry("mismatches", 101L);
  }

  @Test
  void overlappingWritesAreNeverTakenForADifference() throws Exception {
    System.out.println("MismatchTest: -Dseed=" + seed);
    BlockIo disk = pair().disk();
    try (ExecutorService clients = Executors.newFixedThreadPool(4)) {
      List<Future<?>> all =
          IntStream.range(0, 4)
              .<Future<?>>mapToObj(i -> clients.submit(() -> hammer(disk, new Random(seed + i))))
              .toList();
      for (Future<?> one : all) {
        one.get(60, TimeUnit.SECONDS);
      }
    }
    assertThat(Content.read(raw, 0, 8192)).isEqualTo(Content.read(test, 0, 8192));
    assertThat(told()).isEmpty();
  }

  private static void hammer(BlockIo disk, Random random) {
    for (int i = 0; i < 500; i++) {
      int offset = random.nextInt(4096);
      switch (random.nextInt(4)) {
        case 0 -> Content.fill(disk, offset, 4096, random.nextInt());
        case 1 -> ((Zeroable) disk).zero(new ByteRange(offset, 2000), Zeroable.Mode.MAY_UNMAP);
        case 2 -> ((Discardable) disk).discard(new ByteRange(offset, 3000));
        default -> Content.read(disk, offset, 4096);
      }
    }
  }

  @Test
  void anErrorOfOneSideIsTheErrorOfTheRequestAndNamesTheSide() {
    BlockIo disk = pair().disk();
    test.fail(Kind.NO_SPACE);
    refused(
        Kind.NO_SPACE,
        "node 'n': its side 'test' failed: this disk fails with NO_SPACE",
        () -> Content.fill(disk, 0, 10, 1));
    refused(Kind.NO_SPACE, "'test'", disk::flush);
    test.heal();
    raw.fail(Kind.IO);
    refused(Kind.IO, "its side 'raw' failed", () -> Content.read(disk, 0, 10));
    assertThat(told()).isEmpty();
  }

  @Test
  void theTestSideIsLeftAloneWhenTheRawSideTakesNoWrite() {
    BlockIo disk = pair().disk();
    raw.fail(Kind.NO_SPACE);
    refused(Kind.NO_SPACE, "'raw'", () -> Content.fill(disk, 0, 10, 1));
    raw.heal();
    Content.requireAll(disk, 0, 10, 0);
  }

  @Test
  void flushesBothSides() {
    MemoryDisk one = new MemoryDisk(10);
    MemoryDisk other = new MemoryDisk(10);
    pair(one, other).disk().flush();
    assertThat(one.flushes()).isEqualTo(1);
    assertThat(other.flushes()).isEqualTo(1);
  }

  @Test
  void aFastZeroIsASlowOneWhereTheTestSideHasNoFastWay() {
    BlockIo disk = pair(raw, new OnlyBytes(test)).disk();
    Content.fill(disk, 0, 100, 1);
    ((Zeroable) disk).zero(new ByteRange(0, 50), Zeroable.Mode.FAST_ONLY);
    Content.requireAll(disk, 0, 50, 0);
    Content.requireAll(disk, 50, 50, 1);
  }

  @Test
  void aFastZeroTheRawSideCannotDoChangesNothing() {
    BlockIo disk = pair(new OnlyBytes(raw), test).disk();
    Content.fill(disk, 0, 100, 1);
    refused(
        Kind.UNSUPPORTED,
        "'raw'",
        () -> ((Zeroable) disk).zero(new ByteRange(0, 50), Zeroable.Mode.FAST_ONLY));
    Content.requireAll(disk, 0, 100, 1);
  }

  @Test
  void zeroesAreShownAsZeroesOnlyWhereBothSidesSaySo() {
    BlockIo disk = pair().disk();
    Content.fill(test, 1 << 20, 4096, 1);
    List<Extent> extents = Extents.of(disk, new ByteRange(0, SIZE));
    assertThat(extents)
        .extracting(Extent::range)
        .containsExactly(
            new ByteRange(0, 1 << 20),
            new ByteRange(1 << 20, 4096),
            ByteRange.between((1 << 20) + 4096, SIZE));
    assertThat(extents)
        .extracting(extent -> extent.kind().readsAsZero())
        .containsExactly(true, false, true);
  }

  @Test
  void sidesOfDifferentLengthsAreRefusedNamingBoth() {
    refused(
        Kind.SIZE_MISMATCH,
        "raw ('r') has 3145728 bytes, test ('t') has 5 bytes",
        () -> pair(raw, new MemoryDisk(5)));
  }

  @Test
  void aResizeReachesBothSidesOrNone() {
    BlockIo disk = pair().disk();
    ((Resizable) disk).resize(SIZE / 2);
    assertThat(List.of(raw.sizeBytes(), test.sizeBytes())).containsOnly(SIZE / 2L);
    test.fail(Kind.NO_SPACE);
    refused(Kind.NO_SPACE, "NO_SPACE", () -> ((Resizable) disk).resize(SIZE));
    assertThat(List.of(raw.sizeBytes(), test.sizeBytes())).containsOnly(SIZE / 2L);
    BlockIo fixed = pair(raw, new OnlyBytes(test)).disk();
    refused(
        Kind.UNSUPPORTED,
        "its child 'test' has a fixed length",
        () -> ((Resizable) fixed).resize(SIZE));
  }

  @Test
  void aLengthChangedPastTheNodeFailsRequestsUntilTheNodeIsResized() {
    BlockIo disk = pair().disk();
    raw.resize(2L * SIZE);
    assertThat(disk.sizeBytes()).isEqualTo(2L * SIZE);
    refused(Kind.IO, "differ in length", () -> Content.read(disk, 0, 1));
    refused(Kind.IO, "differ in length", () -> Content.fill(disk, 0, 1, 1));
    ((Resizable) disk).resize(2L * SIZE);
    Content.requireAll(disk, 0, 2 * SIZE, 0);
  }

  @Test
  void otherChildrenMustFitIfThoseBeforeDid() {
    Bench.Opened pair = pair();
    Children wrong = new Children(Map.of(Sides.RAW, raw, Sides.TEST, new MemoryDisk(SIZE + 512)));
    refused(
        Kind.SIZE_MISMATCH,
        "test ('t') has 3146240 bytes",
        () -> pair.node().requireFit(pair.spec(), pair.children(), wrong));
    pair.node().requireFit(pair.spec(), wrong, wrong);
    pair.node().requireFit(pair.spec(), wrong, pair.children());
  }

  /// A disk that can do nothing but the necessary.
  private record OnlyBytes(FilterDisk below) implements BlockIo {
    @Override
    public void read(long offset, MemorySegment into) {
      below.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      below.write(offset, from);
    }

    @Override
    public void flush() {
      below.flush();
    }

    @Override
    public long sizeBytes() {
      return below.sizeBytes();
    }
  }
}
