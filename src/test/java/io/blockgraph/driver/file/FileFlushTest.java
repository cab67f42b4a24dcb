package io.blockgraph.driver.file;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.CopyOffload;
import io.blockgraph.block.Discardable;
import io.blockgraph.block.Resizable;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.HostFile;
import io.blockgraph.driver.HostFiles;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.RecordedEvents;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.SimulatedHostFiles.Lack;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// When a flush asks the disk, and that nobody is told of durability too early where it does not.
class FileFlushTest {
  private static final int SIZE = 8192;
  private static final long RACE_MS = 10_000;
  private static final ByteRange RANGE = new ByteRange(512, 512);

  private final SimulatedHostFiles files = new SimulatedHostFiles();

  private record Change(String name, Consumer<BlockIo> change) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Change> changes() {
    return List.of(
        new Change("a write", disk -> Content.fill(disk, 512, 512, 1)),
        new Change("zeroes", disk -> ((Zeroable) disk).zero(RANGE, Zeroable.Mode.MAY_UNMAP)),
        new Change("a discard", disk -> ((Discardable) disk).discard(RANGE)),
        new Change("another length", disk -> ((Resizable) disk).resize(2 * SIZE)));
  }

  @BeforeEach
  void make() {
    HostFile file = files.create("a.img");
    file.truncate(SIZE);
    file.sync();
  }

  private BlockIo open() {
    return node(Bench.spec(new FileDriver(), Map.of("filename", "a.img"))).bind(Children.NONE);
  }

  private Node node(NodeSpec spec) {
    Opening.Services services =
        new Opening.Services(files, new RecordedEvents(), new ManualTicker());
    return new FileDriver().open(new Opening(spec, Bench.WRITER, Children.NONE, services));
  }

  private boolean asksTheDisk(Runnable flush) {
    boolean[] asked = new boolean[1];
    files.beforeEachChange(() -> asked[0] = true);
    flush.run();
    files.beforeEachChange(() -> {});
    return asked[0];
  }

  @Test
  void asksNoDiskWhenNothingHasChangedSinceTheLastOne() {
    BlockIo disk = open();
    assertThat(asksTheDisk(disk::flush)).as("what was written before it was opened").isTrue();
    assertThat(asksTheDisk(disk::flush)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("changes")
  void asksTheDiskAfter(Change change) {
    BlockIo disk = open();
    disk.flush();
    change.change().accept(disk);
    assertThat(asksTheDisk(disk::flush)).isTrue();
    assertThat(asksTheDisk(disk::flush)).isFalse();
  }

  @Test
  void asksTheDiskAfterAChangeThatFailed() {
    BlockIo disk = open();
    disk.flush();
    files.without(Lack.SPACE);
    assertThatThrownBy(() -> Content.fill(disk, 0, 512, 1)).isInstanceOf(BlockException.class);
    files.with(Lack.SPACE);
    assertThat(asksTheDisk(disk::flush)).isTrue();
  }

  /// What the kernel could not write it may have dropped, and another descriptor is told nothing of
  /// that.
  @Test
  void failsForGoodOnceItHasFailedAlsoWhenTheFileWasReadOnlyMeanwhile() {
    NodeSpec spec = Bench.spec(new FileDriver(), Map.of("filename", "a.img"));
    Node node = node(spec);
    BlockIo disk = node.bind(Children.NONE);
    Content.fill(disk, 0, 512, 1);
    files.without(Lack.DURABILITY);
    assertFlushFails(disk);
    files.with(Lack.DURABILITY);

    NodeSpec readOnly = Bench.spec(new FileDriver(), Map.of("filename", "a.img", "readOnly", true));
    turn(node, spec, readOnly);
    turn(node, readOnly, spec);
    Content.fill(disk, 0, 512, 2);

    assertFlushFails(disk);
    assertThat(node.facts()).containsEntry("flushFailed", true);
  }

  private static void turn(Node node, NodeSpec from, NodeSpec to) {
    node.prepare(new Node.NodeChange(from, to, Bench.WRITER, Bench.WRITER, Children.NONE)).commit();
  }

  private static void assertFlushFails(BlockIo disk) {
    assertThatThrownBy(disk::flush)
        .isInstanceOfSatisfying(
            BlockException.class,
            e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.FLUSH_FAILED));
  }

  @Test
  void asksTheDiskAfterACopyByTheFileSystem() {
    BlockIo disk = open();
    disk.flush();
    CopyOffload.Place place = ((CopyOffload) disk).place(new ByteRange(0, 512)).orElseThrow();
    boolean unused = ((CopyOffload.Storage) disk).take(4096, place, 512);
    assertThat(asksTheDisk(disk::flush)).isTrue();
  }

  @Test
  void isNotDoneBeforeTheOneThatIsDoingItsWork() throws Exception {
    BlockIo disk = open();
    Content.fill(disk, 0, 512, 1);
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    files.beforeEachChange(
        () -> {
          inside.countDown();
          await(goOn);
        });
    Thread first = Thread.ofPlatform().start(disk::flush);
    await(inside);
    AtomicReference<byte[]> durable = new AtomicReference<>();
    Thread second =
        Thread.ofPlatform()
            .start(
                () -> {
                  disk.flush();
                  durable.set(files.content("a.img").durableContent(0, 1));
                });
    second.join(100);
    assertThat(second.isAlive()).isTrue();
    goOn.countDown();
    first.join();
    second.join();
    assertThat(durable.get()).containsExactly(1);
  }

  @Test
  void leavesWhatWasWrittenDuringItToTheNext() {
    BlockIo disk = open();
    Content.fill(disk, 0, 512, 1);
    boolean[] once = new boolean[1];
    files.beforeEachChange(
        () -> {
          if (!once[0]) {
            once[0] = true;
            Content.fill(disk, 0, 512, 2);
          }
        });
    disk.flush();
    assertThat(asksTheDisk(disk::flush)).isTrue();
    assertThat(files.content("a.img").durableContent(0, 1)).containsExactly(2);
  }

  /// Somebody else's sync ends in each of these rounds, at any moment of the change.
  @Test
  @Tag("nightly")
  void forgetsNoChangeWhileTheSyncOfAnotherEnds() throws Exception {
    FileState state =
        new FileState(
            new NodeName("a"),
            new RecordedEvents(),
            files.open("a.img", HostFiles.Mode.READ_WRITE));
    state.resize(0);
    AtomicLong written = new AtomicLong();
    AtomicLong durable = new AtomicLong();
    AtomicBoolean over = new AtomicBoolean();
    files.beforeEachChange(() -> durable.accumulateAndGet(written.get(), Math::max));
    Thread other =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!over.get()) {
                    state.changed();
                    state.sync();
                  }
                });
    long forgotten = 0;
    try {
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(RACE_MS);
      while (System.nanoTime() < end) {
        long now = written.incrementAndGet();
        state.changed();
        state.sync();
        forgotten += durable.get() == now ? 0 : 1;
      }
    } finally {
      over.set(true);
      other.join();
    }
    assertThat(forgotten).isZero();
  }
}
