package io.blockgraph.engine;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class DepartureTest {
  private static final NodeName DISK = new NodeName("disk");

  private final TaggedDrivers drivers = new TaggedDrivers();
  private final BlockGraph graph =
      new BlockGraph(
          drivers.registry(),
          new Opening.Services(
              new SimulatedHostFiles(), new EventLog(Clock.systemUTC(), 100), new ManualTicker()),
          new MemoryGraphStore(),
          new EventLog(Clock.systemUTC(), 100),
          new EngineLimits(200, 5_000, 50, 100, 200));

  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch free = new CountDownLatch(1);

  /// A change within which a disk hangs.
  private void hang() {
    graph.commit(
        Change.of("slow", List.of())
            .passing()
            .holding(Set.of())
            .whileHeld(
                (_, _, _) -> {
                  held.countDown();
                  await(free);
                  return Optional.empty();
                }));
  }

  @Test
  void whoCannotLeaveAHeldUpGraphLeavesWhenItIsFree() throws InterruptedException {
    graph.commit(Change.of("add", List.of(new GraphEdit.AddNode(TaggedDrivers.leaf("disk")))));
    Grant reading = new Grant(Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
    Thread[] slow = new Thread[1];
    Result<String> done =
        new Commands(graph)
            .with(
                DISK,
                reading,
                _ -> {
                  slow[0] = Thread.ofVirtual().start(this::hang);
                  await(held);
                  return new Result.Done<>("read");
                });
    assertThat(done).isEqualTo(new Result.Done<>("read"));
    assertThat(graph.state().topology().users()).hasSize(1);

    free.countDown();
    slow[0].join();
    assertThatAllLeave();
  }

  private void assertThatAllLeave() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!graph.state().topology().users().isEmpty() && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    assertThat(graph.state().topology().users()).isEmpty();
  }

  @Test
  void whoseDiskFailsWhenItIsLeftLeavesWhenItFailsNoMore() throws InterruptedException {
    graph.commit(Change.of("add", List.of(new GraphEdit.AddNode(TaggedDrivers.leaf("disk")))));
    Grant writing = new Grant(Permissions.of(Permission.WRITE), Permissions.ALL);

    new Commands(graph)
        .with(
            DISK,
            writing,
            _ -> {
              drivers.failing.add("settle disk");
              return new Result.Done<>("written");
            });
    assertThat(graph.state().topology().users()).hasSize(1);

    drivers.failing.clear();
    assertThatAllLeave();
  }
}
