package io.blockgraph.driver.copybeforewrite;

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
import io.blockgraph.block.Snapshotted;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.FaultyDisk;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.graph.ChildName;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The disk becomes longer while its moment is kept; the moment does not.
class CopyBeforeWriteGrowthTest {
  private static final int CLUSTER = 64 << 10;
  private static final int TAIL = 1000;
  private static final int SIZE = 3 * CLUSTER + TAIL;
  private static final Map<String, Object> REQUEST =
      Map.of("file", "f", "target", "t", "onCbwError", "break-snapshot");

  private final Bench bench = new Bench();
  private final MemoryDisk file = new MemoryDisk(SIZE);
  private final FaultyDisk target = new FaultyDisk(SIZE);

  @AfterEach
  void closeNodes() {
    bench.close();
  }

  /// Over a file of sevens whose last cluster is a part of one.
  private Bench.Opened opened() {
    Content.fill(file, 0, SIZE, 7);
    return bench.open(new CopyBeforeWriteDriver(), REQUEST, Map.of("f", file, "t", target));
  }

  private static void resize(BlockIo disk, long bytes) {
    ((Resizable) disk).resize(bytes);
  }

  private static BlockIo past(BlockIo disk) {
    return ((Snapshotted) disk).past();
  }

  private static void refused(Kind kind, ThrowingCallable work) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(BlockException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  @Test
  void thePastKeepsItsLengthAndItsBytesWhenTheDiskGrows() {
    BlockIo disk = opened().disk();
    resize(disk, 5 * CLUSTER);
    BlockIo past = past(disk);
    Content.fill(disk, 2 * CLUSTER, 3 * CLUSTER, 1);
    assertThat(disk.sizeBytes()).isEqualTo(5 * CLUSTER);
    assertThat(past.sizeBytes()).isEqualTo(SIZE);
    Content.requireAll(past, 0, SIZE, 7);
    refused(Kind.OUT_OF_RANGE, () -> Content.read(past, SIZE - 1, 2));
    refused(Kind.OUT_OF_RANGE, () -> Extents.of(past, new ByteRange(0, SIZE + 1)));
    Content.requireAll(target, 3 * CLUSTER, TAIL, 7);
  }

  @Test
  void whatComesBehindTheOldEndChangesWithoutACopy() {
    Bench.Opened opened = opened();
    resize(opened.disk(), 5 * CLUSTER);
    target.fail(Kind.IO);
    Content.fill(opened.disk(), SIZE, CLUSTER, 1);
    ((Zeroable) opened.disk()).zero(new ByteRange(SIZE, 5), Zeroable.Mode.MAY_UNMAP);
    ((Discardable) opened.disk()).discard(new ByteRange(SIZE + 5, CLUSTER));
    assertThat(opened.node().facts())
        .containsEntry("pointInTime", "kept")
        .containsEntry("uncopiedBytes", (long) SIZE);
    Content.fill(opened.disk(), SIZE - 1, 2, 1);
    assertThat(opened.node().facts()).containsEntry("pointInTime", "lost");
  }

  @Test
  void aWriteAcrossTheOldEndThatCannotBeCopiedBeforeFailsAsAWhole() {
    Content.fill(file, 0, SIZE, 7);
    Map<String, Object> request = Map.of("file", "f", "target", "t");
    Bench.Opened opened =
        bench.open(new CopyBeforeWriteDriver(), request, Map.of("f", file, "t", target));
    resize(opened.disk(), 5 * CLUSTER);
    target.fail(Kind.IO);
    Content.fill(opened.disk(), SIZE, CLUSTER, 1);
    refused(Kind.IO, () -> Content.fill(opened.disk(), SIZE - 1, 2, 2));
    Content.requireAll(file, SIZE, CLUSTER, 1);
    Content.requireAll(past(opened.disk()), 0, SIZE, 7);
    assertThat(opened.node().facts()).containsEntry("pointInTime", "kept");
  }

  @Test
  void aFormatGetsRoomThroughItAsThroughAnyFilter() {
    BlockIo disk = opened().disk();
    ((Resizable) disk).makeRoom(9 * CLUSTER);
    assertThat(file.sizeBytes()).isEqualTo(9 * CLUSTER);
  }

  @Test
  void whatWasAddedCanBeTakenBackAndNoMore() {
    BlockIo disk = opened().disk();
    resize(disk, 5 * CLUSTER);
    assertThat(((Resizable) disk).lengthFor(SIZE)).isEqualTo(SIZE);
    resize(disk, SIZE);
    refused(Kind.UNSUPPORTED, () -> resize(disk, SIZE - 1));
    refused(Kind.UNSUPPORTED, () -> ((Resizable) disk).makeRoom(SIZE - 1));
    refused(Kind.UNSUPPORTED, () -> ((Resizable) disk).lengthFor(SIZE - 1));
    Content.requireAll(disk, 0, SIZE, 7);
  }

  @Test
  void aMomentThatIsLostHoldsUpNoLength() {
    BlockIo disk = opened().disk();
    target.fail(Kind.IO);
    Content.fill(disk, 0, 1, 1);
    resize(disk, CLUSTER);
    assertThat(file.sizeBytes()).isEqualTo(CLUSTER);
    refused(Kind.IO, () -> Content.read(past(disk), 0, 1));
  }

  @Test
  void aLongerFileFitsAndAShorterDoesNot() {
    Bench.Opened opened = opened();
    Children before = opened.children();
    resize(opened.disk(), 5 * CLUSTER);
    Node node = opened.node();
    node.requireFit(opened.spec(), before, children(new MemoryDisk(SIZE), target));
    node.requireFit(opened.spec(), before, children(new MemoryDisk(SIZE + 1), target));
    for (Children next :
        new Children[] {
          children(new MemoryDisk(SIZE - 1), target),
          children(new MemoryDisk(SIZE - 1), new MemoryDisk(SIZE - 1)),
          children(file, new MemoryDisk(SIZE - 1)),
          children(file, new MemoryDisk(5 * CLUSTER))
        }) {
      refused(Kind.SIZE_MISMATCH, () -> node.requireFit(opened.spec(), before, next));
    }
  }

  private static Children children(BlockIo file, BlockIo target) {
    return new Children(Map.of(new ChildName("file"), file, new ChildName("target"), target));
  }

  @Test
  void comesBackWithTheServiceOverAFileThatHasGrown() {
    MemoryDisk grown = new MemoryDisk(5 * CLUSTER);
    Children children = children(grown, target);
    Opening opening =
        new Opening(
            Bench.spec(new CopyBeforeWriteDriver(), REQUEST),
            Bench.WRITER,
            children,
            bench.services());
    Node node = new CopyBeforeWriteDriver().reopen(opening);
    BlockIo disk = node.bind(children);
    Content.fill(disk, 0, 5 * CLUSTER, 3);
    resize(disk, 6 * CLUSTER);
    assertThat(past(disk).sizeBytes()).isEqualTo(SIZE);
    assertThat(node.facts()).containsEntry("pointInTime", "lost");
    resize(disk, CLUSTER);
    node.close(children);
  }

  @Test
  void agreesWithAModelWhateverIsWrittenZeroedDiscardedAndAdded() {
    long seed = Seeds.first();
    System.out.println("CopyBeforeWriteGrowthTest: -Dseed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 30; round++) {
      play(random);
    }
  }

  private static void play(Random random) {
    int size = 1 + random.nextInt(4 * CLUSTER);
    MemoryDisk file = new MemoryDisk(size);
    byte[] then = new byte[size];
    random.nextBytes(then);
    Content.write(file, 0, then);
    try (Bench bench = new Bench()) {
      Map<String, BlockIo> disks = Map.of("f", file, "t", new MemoryDisk(size));
      BlockIo disk = bench.open(new CopyBeforeWriteDriver(), REQUEST, disks).disk();
      byte[] now = then.clone();
      for (int step = 0; step < 30; step++) {
        now = change(disk, now, random);
        requireRange(past(disk), then, random);
      }
      assertThat(Content.read(past(disk), 0, size)).isEqualTo(then);
      assertThat(past(disk).sizeBytes()).isEqualTo(size);
      assertThat(Content.read(disk, 0, now.length)).isEqualTo(now);
    }
  }

  /// Answers what the disk has to hold afterwards. What a discard leaves behind is looked up.
  private static byte[] change(BlockIo disk, byte[] now, Random random) {
    int offset = random.nextInt(now.length);
    int length = random.nextInt(Math.min(2 * CLUSTER, now.length - offset) + 1);
    switch (random.nextInt(4)) {
      case 0 -> {
        Content.fill(disk, offset, length, 9);
        Arrays.fill(now, offset, offset + length, (byte) 9);
      }
      case 1 -> {
        ((Zeroable) disk).zero(new ByteRange(offset, length), Zeroable.Mode.MAY_UNMAP);
        Arrays.fill(now, offset, offset + length, (byte) 0);
      }
      case 2 -> {
        ((Discardable) disk).discard(new ByteRange(offset, length));
        System.arraycopy(Content.read(disk, offset, length), 0, now, offset, length);
      }
      default -> {
        int longer = now.length + random.nextInt(CLUSTER);
        resize(disk, longer);
        return Arrays.copyOf(now, longer);
      }
    }
    return now;
  }

  private static void requireRange(BlockIo past, byte[] then, Random random) {
    int offset = random.nextInt(then.length);
    int length = random.nextInt(then.length - offset) + 1;
    assertThat(Content.read(past, offset, length))
        .isEqualTo(Arrays.copyOfRange(then, offset, offset + length));
    for (Extent extent : Extents.of(past, new ByteRange(offset, length))) {
      assertThat(extent.range().end()).isLessThanOrEqualTo(offset + length);
      for (long at = extent.range().offset();
          extent.kind().readsAsZero() && at < extent.range().end();
          at++) {
        assertThat(then[(int) at]).isZero();
      }
    }
  }
}
