package io.blockgraph.driver.copybeforewrite;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Extents;
import io.blockgraph.block.MemoryDisk;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.Driver;
import io.blockgraph.driver.DriverContract;
import io.blockgraph.driver.FaultyDisk;
import io.blockgraph.driver.FilterDisk;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.NodeEvents;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.StartsFromBitmap;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.NodeSpec;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CopyBeforeWriteDriverTest extends DriverContract {
  private static final int CLUSTER = 64 << 10;

  private final Driver driver = new CopyBeforeWriteDriver();
  private final MemoryDisk file = new MemoryDisk(SIZE_BYTES);
  private final FaultyDisk target = new FaultyDisk(SIZE_BYTES);

  @Override
  protected Driver driver() {
    return driver;
  }

  @Override
  protected Set<Ability> abilities() {
    return Set.of(Ability.values());
  }

  @Override
  protected long shortest() {
    return SIZE_BYTES;
  }

  @Override
  protected Map<String, Object> goodRequest() {
    return Map.of("file", "f", "target", "t");
  }

  @Override
  protected Bench.Opened openEmpty(Bench on) {
    return on.open(driver, goodRequest(), disks(file));
  }

  private Map<String, BlockIo> disks(BlockIo shown) {
    return Map.of("f", shown, "t", target);
  }

  /// Over a file that holds sevens.
  private Bench.Opened over(Map<String, ?> more) {
    Content.fill(file, 0, (int) SIZE_BYTES, 7);
    Map<String, Object> given = new LinkedHashMap<>(goodRequest());
    given.putAll(more);
    return bench().open(driver, given, disks(file));
  }

  private static BlockIo past(Bench.Opened opened) {
    return ((Snapshotted) opened.disk()).past();
  }

  @Test
  void copiesTheWholeClusterBeforeAByteOfItChanges() {
    Bench.Opened opened = over(Map.of());
    Content.fill(opened.disk(), CLUSTER + 10, 5, 1);
    Content.requireAll(target, CLUSTER, CLUSTER, 7);
    Content.requireAll(target, 0, CLUSTER, 0);
    Content.requireAll(file, CLUSTER + 10, 5, 1);
    Content.requireAll(past(opened), 0, (int) SIZE_BYTES, 7);
  }

  @Test
  void copiesNothingTheSecondTime() {
    Bench.Opened opened = over(Map.of());
    Content.fill(opened.disk(), 0, 10, 1);
    target.fail(Kind.IO);
    Content.fill(opened.disk(), 100, 10, 2);
    target.heal();
    Content.requireAll(past(opened), 0, (int) SIZE_BYTES, 7);
  }

  @Test
  void zeroingAndDiscardingAreChangesToo() {
    Bench.Opened opened = over(Map.of());
    ((Zeroable) opened.disk()).zero(new ByteRange(5, 10), Zeroable.Mode.MAY_UNMAP);
    ((Discardable) opened.disk()).discard(new ByteRange(3 * CLUSTER, CLUSTER));
    Content.requireAll(opened.disk(), 5, 10, 0);
    Content.requireAll(past(opened), 0, (int) SIZE_BYTES, 7);
  }

  @Test
  void aWriteThatCannotBePrecededByACopyFailsAndTheMomentIsKept() {
    Bench.Opened opened = over(Map.of("onCbwError", "break-guest-write"));
    target.fail(Kind.NO_SPACE);
    refused(Kind.NO_SPACE, () -> Content.fill(opened.disk(), 10, 10, 1));
    Content.requireAll(opened.disk(), 0, (int) SIZE_BYTES, 7);
    Content.requireAll(past(opened), 0, (int) SIZE_BYTES, 7);
    target.heal();
    Content.fill(opened.disk(), 10, 10, 1);
    Content.requireAll(past(opened), 0, (int) SIZE_BYTES, 7);
  }

  @Test
  void orTheWriteGoesOnAndTheMomentIsLostForGood() {
    Bench.Opened opened = over(Map.of("onCbwError", "break-snapshot"));
    target.fail(Kind.IO);
    Content.fill(opened.disk(), 10, 10, 1);
    Content.requireAll(opened.disk(), 10, 10, 1);
    target.heal();
    refused(Kind.IO, () -> Content.read(past(opened), 3 * CLUSTER, 1));
    assertThat(opened.node().facts())
        .containsEntry("pointInTime", "lost")
        .containsKey("lostBecause");
    assertThat(bench().events().of(NodeEvents.Kind.IO_ERROR)).hasSize(1);
    Content.fill(opened.disk(), 4 * CLUSTER, 10, 1);
    Content.requireAll(target, 4 * CLUSTER, 10, 0);
  }

  @Test
  void thePastCannotBeWritten() {
    BlockIo past = past(over(Map.of()));
    refused(Kind.READ_ONLY, () -> Content.fill(past, 0, 1, 1));
    refused(Kind.OUT_OF_RANGE, () -> Content.read(past, SIZE_BYTES, 1));
  }

  @Test
  void itsDisksHaveOneLength() {
    refused(
        Kind.SIZE_MISMATCH, () -> bench().open(driver, goodRequest(), disks(new MemoryDisk(512))));
  }

  @Test
  void clustersAreAPowerOfTwo() {
    refused(Kind.INVALID, () -> over(Map.of("minClusterSize", 100_000)));
  }

  @Test
  void copiesAsMuchAtOnceAsItIsTold() {
    Bench.Opened opened = over(Map.of("minClusterSize", 4 * CLUSTER));
    Content.fill(opened.disk(), 0, 1, 1);
    Content.requireAll(target, 0, 4 * CLUSTER, 7);
    assertThat(opened.node().facts())
        .containsEntry("clusterSizeBytes", 4L * CLUSTER)
        .containsEntry("uncopiedBytes", SIZE_BYTES - 4L * CLUSTER);
  }

  @Test
  void neverLessThanAClusterOfItsTargetAlsoWhereThatIsFoundBelowOthers() {
    BlockIo large = new InClusters(8L * CLUSTER);
    Map<String, ?> voters = Map.of("children", List.of("t", "u"), "voteThreshold", 1);
    BlockIo quorum =
        bench().open(new QuorumDriver(), voters, Map.of("t", target, "u", large)).disk();
    for (BlockIo store : List.of(large, new FilterDisk(large) {}, quorum)) {
      assertThat(clusterOver(store, CLUSTER)).isEqualTo(8L * CLUSTER);
      assertThat(clusterOver(store, 16 * CLUSTER)).isEqualTo(16L * CLUSTER);
    }
  }

  private Object clusterOver(BlockIo store, int least) {
    Map<String, Object> given = new LinkedHashMap<>(goodRequest());
    given.put("minClusterSize", least);
    Map<String, BlockIo> disks = Map.of("f", file, "t", store);
    return bench().open(driver, given, disks).node().facts().get("clusterSizeBytes");
  }

  /// A disk that stores in clusters of so many bytes.
  private static final class InClusters extends FilterDisk {
    private final long bytes;

    InClusters(long bytes) {
      super(new MemoryDisk(SIZE_BYTES));
      this.bytes = bytes;
    }

    @Override
    public long clusterBytes() {
      return bytes;
    }
  }

  @Test
  void knowsNoMomentAnyMoreWhenTheServiceHasBegunAnew() {
    NodeSpec spec = Bench.spec(driver, goodRequest());
    Children children =
        new Children(Map.of(new ChildName("file"), file, new ChildName("target"), target));
    Node node = driver.reopen(new Opening(spec, Bench.WRITER, children, bench().services()));
    BlockIo disk = node.bind(children);
    Content.fill(disk, 0, 10, 1);
    Content.requireAll(file, 0, 10, 1);
    refused(Kind.IO, () -> Content.read(((Snapshotted) disk).past(), 0, 1));
    node.close(children);
  }

  @Test
  void aFileThatCannotBeReadFailsTheWriteAsAskedFor() {
    FaultyDisk source = new FaultyDisk(SIZE_BYTES);
    Bench.Opened opened = bench().open(driver, goodRequest(), disks(source));
    source.fail(Kind.IO);
    refused(Kind.IO, () -> Content.fill(opened.disk(), 0, 1, 1));
    source.heal();
    Content.fill(opened.disk(), 0, 1, 1);
  }

  /// Over sevens, by a bitmap that says that the third cluster and a bit of the fifth are dirty.
  private Bench.Opened byABitmap() {
    Bench.Opened opened = over(Map.of("bitmap", Map.of("node", "f", "name", "b")));
    StartsFromBitmap starting = (StartsFromBitmap) opened.node();
    assertThat(starting.startBitmap().orElseThrow().bitmap().value()).isEqualTo("b");
    DirtyBits bits = new DirtyBits(SIZE_BYTES, 512);
    bits.set(new ByteRange(2 * CLUSTER, CLUSTER));
    bits.set(new ByteRange(4 * CLUSTER + 1000, 1));
    starting.startFrom(bits);
    return opened;
  }

  @Test
  void byABitmapCopiesOnlyWhatItSays() {
    Bench.Opened opened = byABitmap();
    assertThat(opened.node().facts()).containsEntry("uncopiedBytes", 2L * CLUSTER);
    Content.fill(opened.disk(), 0, 6 * CLUSTER, 1);
    Content.requireAll(target, 0, 2 * CLUSTER, 0);
    Content.requireAll(target, 2 * CLUSTER, CLUSTER, 7);
    Content.requireAll(target, 3 * CLUSTER, CLUSTER, 0);
    Content.requireAll(target, 4 * CLUSTER, CLUSTER, 7);
    Content.requireAll(target, 5 * CLUSTER, CLUSTER, 0);
  }

  @Test
  void byABitmapShowsThePastOfWhatItSaysAndNothingElse() {
    Bench.Opened opened = byABitmap();
    for (int i = 0; i < 2; i++) {
      Content.requireAll(past(opened), 2 * CLUSTER, CLUSTER, 7);
      Content.requireAll(past(opened), 4 * CLUSTER, CLUSTER, 7);
      refused(Kind.INVALID, () -> Content.read(past(opened), 0, 1));
      refused(Kind.INVALID, () -> Content.read(past(opened), 3 * CLUSTER - 1, 2));
      refused(Kind.INVALID, () -> Content.read(past(opened), 2 * CLUSTER - 1, 2));
      refused(Kind.INVALID, () -> Content.read(past(opened), 2 * CLUSTER, 3 * CLUSTER));
      Content.fill(opened.disk(), 0, 6 * CLUSTER, 1);
    }
  }

  @Test
  void byABitmapTellsTheExtentsOfWhatItSays() {
    Extents past = (Extents) past(byABitmap());
    ByteRange third = new ByteRange(2 * CLUSTER, CLUSTER);
    assertThat(past.extents(new ByteRange(2 * CLUSTER, 3 * CLUSTER)).getLast().range().end())
        .isEqualTo(third.end());
    refused(Kind.INVALID, () -> past.extents(new ByteRange(0, SIZE_BYTES)));
  }

  @Test
  void aBitmapIsCalledAsBitmapsAre() {
    refused(Kind.INVALID, () -> over(Map.of("bitmap", Map.of("node", "1", "name", "b"))));
  }

  /// A disk that does something, once, in the middle of a read or before a write.
  private static final class Eventful extends FilterDisk {
    private final AtomicReference<Runnable> inARead = new AtomicReference<>(() -> {});
    private final AtomicReference<Runnable> beforeAWrite = new AtomicReference<>(() -> {});

    Eventful(BlockIo disk) {
      super(disk);
    }

    @Override
    public void read(long offset, MemorySegment into) {
      inARead.getAndSet(() -> {}).run();
      super.read(offset, into);
    }

    @Override
    public void write(long offset, MemorySegment from) {
      beforeAWrite.getAndSet(() -> {}).run();
      super.write(offset, from);
    }
  }

  /// Starts `work` and gives it time to run into a lock, or past it.
  private static Thread begun(Runnable work) {
    Thread thread = Thread.ofPlatform().start(work);
    try {
      thread.join(200);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return thread;
  }

  @Test
  void aWriteDoesNotOvertakeAReadOfThePastThatIsUnderWay() throws Exception {
    Content.fill(file, 0, (int) SIZE_BYTES, 7);
    Eventful eventful = new Eventful(file);
    Bench.Opened opened = bench().open(driver, goodRequest(), disks(eventful));
    AtomicReference<Thread> writer = new AtomicReference<>(Thread.currentThread());
    eventful.inARead.set(() -> writer.set(begun(() -> Content.fill(opened.disk(), 0, 99, 1))));
    Content.requireAll(past(opened), 0, 500, 7);
    writer.get().join(10_000);
    Content.requireAll(file, 0, 99, 1);
    Content.requireAll(past(opened), 0, 500, 7);
  }

  @Test
  void aReadDuringWhichTheMomentIsLostFails() throws Exception {
    Content.fill(file, 0, (int) SIZE_BYTES, 7);
    Eventful eventful = new Eventful(file);
    Map<String, Object> given = new LinkedHashMap<>(goodRequest());
    given.putAll(Map.of("onCbwError", "break-snapshot", "cbwTimeout", 1));
    Bench.Opened opened = bench().open(driver, given, disks(eventful));
    eventful.inARead.set(() -> awaitEnd(begun(() -> Content.fill(opened.disk(), 0, 99, 1))));
    refused(Kind.IO, () -> Content.read(past(opened), 0, 500));
    Content.requireAll(file, 0, 99, 1);
  }

  private static void awaitEnd(Thread thread) {
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aReadOfThePastDoesNotSeeACopyThatIsUnderWay() throws Exception {
    Content.fill(file, 0, (int) SIZE_BYTES, 7);
    Eventful eventful = new Eventful(target);
    Bench.Opened opened = bench().open(driver, goodRequest(), Map.of("f", file, "t", eventful));
    AtomicReference<Object> seen = new AtomicReference<>("nothing");
    AtomicReference<Thread> reader = new AtomicReference<>(Thread.currentThread());
    eventful.beforeAWrite.set(
        () -> reader.set(begun(() -> seen.set(Content.read(past(opened), 0, 500)))));
    Content.fill(opened.disk(), 0, 99, 1);
    reader.get().join(10_000);
    assertThat(seen.get()).isEqualTo(Content.same(500, 7));
  }

  @Test
  void aWriteWaitsForTheCopyOfAnotherIntoItsCluster() throws Exception {
    Content.fill(file, 0, (int) SIZE_BYTES, 7);
    Eventful eventful = new Eventful(target);
    Bench.Opened opened = bench().open(driver, goodRequest(), Map.of("f", file, "t", eventful));
    AtomicReference<Thread> second = new AtomicReference<>(Thread.currentThread());
    eventful.beforeAWrite.set(
        () -> {
          second.set(begun(() -> Content.fill(opened.disk(), 200, 99, 2)));
          Content.requireAll(file, 200, 99, 7);
        });
    Content.fill(opened.disk(), 0, 99, 1);
    second.get().join(10_000);
    Content.requireAll(file, 200, 99, 2);
    Content.requireAll(past(opened), 0, (int) SIZE_BYTES, 7);
  }
}
