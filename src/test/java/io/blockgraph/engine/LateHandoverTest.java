package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockIo;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.qcow2.CreateOptions;
import io.blockgraph.driver.qcow2.Qcow2Creator;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An image is handed over while its disk does not answer: the hand-over is refused, and what it
/// had begun does not get into the way of the clients who go on.
@Timeout(60)
class LateHandoverTest {
  private static final NodeName IMAGE = new NodeName("q");
  private static final NodeName FILE = new NodeName("f");
  private static final UserId CLIENT = new UserId("client");
  private static final int MIB = 1 << 20;
  private static final long DEADLINE_MS = 500;

  private final SimulatedHostFiles files = new SimulatedHostFiles();
  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private final BlockGraph graph =
      new BlockGraph(
          new DriverRegistry(List.of(new FileDriver(), new Qcow2Driver())),
          new Opening.Services(files, events, new ManualTicker()),
          new MemoryGraphStore(),
          events,
          new EngineLimits(DEADLINE_MS, 20_000, 20_000, 100, 200));
  private final NodeSpec file = spec(FILE, "file", Map.of("filename", "a.img"), List.of());
  private final NodeSpec image =
      spec(IMAGE, "qcow2", Map.of(), List.of(new ChildSpec(ChildName.FILE, Roles.IMAGE, FILE)));
  private final CountDownLatch answers = new CountDownLatch(1);
  private final Set<Thread> flushes = ConcurrentHashMap.newKeySet();

  private static NodeSpec spec(
      NodeName name, String driver, Map<String, Object> options, List<ChildSpec> children) {
    return new NodeSpec(
        name,
        new DriverName(driver),
        NodeSpec.Access.READ_WRITE,
        NodeSpec.Origin.NAMED,
        new Options(options),
        children);
  }

  @BeforeEach
  void make() {
    files.create("a.img");
    Qcow2Creator.create(files.content("a.img"), CreateOptions.of(64L * MIB));
    Grant grant =
        new Grant(Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE), Permissions.ALL);
    User client =
        new User(
            CLIENT,
            User.Kind.EXPORT,
            List.of(new User.UserEdge(ChildName.ROOT, IMAGE, grant, User.OnSwap.FOLLOW)));
    assertThat(
            graph.commit(
                Change.of(
                    "begin",
                    List.of(
                        new GraphEdit.AddNode(file),
                        new GraphEdit.AddNode(image),
                        new GraphEdit.AddUser(client)))))
        .isInstanceOf(Result.Done.class);
  }

  @AfterEach
  void close() {
    answers.countDown();
    graph.close();
  }

  /// What is written while users are held gives the disk something to do that it does not answer.
  private Result<Committed> handOver() {
    return graph.commit(
        Change.of(
                "hand over",
                List.of(
                    new GraphEdit.SetOptions(IMAGE, image.withActive(false).options()),
                    new GraphEdit.SetOptions(FILE, file.withActive(false).options())))
            .whileHeld(
                (_, before, _) -> {
                  Content.fill(before.apply(IMAGE), 40L * MIB, MIB, 5);
                  files.beforeEachChange(this::hangs);
                  return Optional.empty();
                }));
  }

  private void hangs() {
    if (Thread.currentThread().getName().startsWith("flush of")) {
      flushes.add(Thread.currentThread());
      await(answers);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void changesNothingMoreWhenItIsRefused() throws Exception {
    BlockIo disk = graph.disk(CLIENT, ChildName.ROOT).orElseThrow();
    Content.fill(disk, 0, MIB, 7);

    assertThat(handOver())
        .isEqualTo(new Result.Rejected<>(new Rejection.FlushTimeout(IMAGE, DEADLINE_MS)));
    assertThat(flushes).isNotEmpty();
    Content.fill(disk, 2L * MIB, MIB, 9);
    long length = files.content("a.img").sizeBytes();
    answers.countDown();
    for (Thread late : flushes) {
      late.join();
    }

    assertThat(files.content("a.img").sizeBytes()).isEqualTo(length);
    Content.requireAll(disk, 0, MIB, 7);
    Content.requireAll(disk, 2L * MIB, MIB, 9);
    Content.fill(disk, 3L * MIB, MIB, 11);
    disk.flush();
    Content.requireAll(disk, 3L * MIB, MIB, 11);
    assertThat(handOver()).isInstanceOf(Result.Done.class);
  }
}
