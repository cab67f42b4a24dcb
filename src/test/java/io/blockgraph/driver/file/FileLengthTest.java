package io.blockgraph.driver.file;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Resizable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Children;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Node;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.RecordedEvents;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A file whose locks change while it grows: the writers of a disk go on when somebody else comes
/// to it or goes.
@Timeout(60)
class FileLengthTest {
  private static final int SIZE = 8192;
  private static final long LONG_ENOUGH_MS = 200;
  private static final Grant EXCLUSIVE =
      new Grant(
          Permissions.of(Permission.WRITE, Permission.RESIZE),
          Permissions.ALL.without(Permission.CONSISTENT_READ));

  private final SimulatedHostFiles files = new SimulatedHostFiles();
  private final NodeSpec spec = Bench.spec(new FileDriver(), Map.of("filename", "a.img"));

  private Node open() {
    files.create("a.img").truncate(SIZE);
    Opening.Services services =
        new Opening.Services(files, new RecordedEvents(), new ManualTicker());
    return new FileDriver().open(new Opening(spec, Bench.WRITER, Children.NONE, services));
  }

  @Test
  void showsWhatIsWrittenBehindItsOldEndMeanwhile() throws Exception {
    Node node = open();
    BlockIo disk = node.bind(Children.NONE);
    Thread writer =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  ((Resizable) disk).resize(2L * SIZE);
                  Content.fill(disk, SIZE, SIZE, 0x5a);
                });
    AtomicBoolean once = new AtomicBoolean();
    files.afterEachLook(
        () -> {
          if (!once.getAndSet(true)) {
            writer.start();
            join(writer, LONG_ENOUGH_MS);
          }
        });

    node.prepare(new Node.NodeChange(spec, spec, Bench.WRITER, EXCLUSIVE, Children.NONE)).commit();

    join(writer, 0);
    assertThat(once).as("the length was looked at").isTrue();
    assertThat(disk.sizeBytes()).isEqualTo(2L * SIZE);
    Content.requireAll(disk, SIZE, SIZE, 0x5a);
  }

  @Test
  void changesItsLocksAlsoWhileTheStorageDoesNotLetItGrow() throws Exception {
    Node node = open();
    BlockIo disk = node.bind(Children.NONE);
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch answers = new CountDownLatch(1);
    files.beforeEachChange(
        () -> {
          begun.countDown();
          await(answers);
        });
    Thread writer = Thread.ofPlatform().start(() -> ((Resizable) disk).resize(2L * SIZE));
    await(begun);

    node.prepare(new Node.NodeChange(spec, spec, Bench.WRITER, EXCLUSIVE, Children.NONE)).commit();

    assertThat(disk.sizeBytes()).isEqualTo(SIZE);
    answers.countDown();
    join(writer, 0);
    assertThat(disk.sizeBytes()).isEqualTo(2L * SIZE);
  }

  private static void join(Thread thread, long millis) {
    try {
      thread.join(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
