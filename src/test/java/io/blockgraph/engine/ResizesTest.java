package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Who is held back while a node gets another length.
class ResizesTest {
  private static final UserId CLIENT = new UserId("client");

  /// How long a request that gets through has for it.
  private static final int PATIENCE_MS = 20_000;

  /// How long one that is held is watched.
  private static final int LOOK_MS = 300;

  private final TaggedDrivers drivers = new TaggedDrivers();
  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private final BlockGraph graph =
      new BlockGraph(
          drivers.registry(),
          new Opening.Services(new SimulatedHostFiles(), events, new ManualTicker()),
          new MemoryGraphStore(),
          events,
          EngineLimits.DEFAULT);
  private final Resizes resizes = new Resizes(graph, new Commands(graph));
  private final List<Thread> readers = new ArrayList<>();
  private final AtomicBoolean readMeanwhile = new AtomicBoolean();

  /// `upper` and `other` are filters over `middle`, a filter over `bottom`; beside them `apart`.
  private void make(String clientsNode) {
    Grant grant = new Grant(Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
    List<GraphEdit> edits =
        List.of(
            new GraphEdit.AddNode(TaggedDrivers.leaf("bottom")),
            new GraphEdit.AddNode(TaggedDrivers.leaf("apart")),
            new GraphEdit.AddNode(TaggedDrivers.pass("middle", "bottom")),
            new GraphEdit.AddNode(TaggedDrivers.pass("upper", "middle")),
            new GraphEdit.AddNode(TaggedDrivers.pass("other", "middle")),
            new GraphEdit.AddUser(
                new User(
                    CLIENT,
                    User.Kind.EXPORT,
                    List.of(
                        new User.UserEdge(
                            ChildName.ROOT,
                            new NodeName(clientsNode),
                            grant,
                            User.OnSwap.FOLLOW)))));
    assertThat(graph.commit(Change.of("test", edits))).isInstanceOf(Result.Done.class);
  }

  /// A request that comes while the length is changed; notes whether it got through within so long,
  /// before that was over.
  private void readDuringResize(int ms) {
    GatedDisk disk = graph.disk(CLIENT, ChildName.ROOT).orElseThrow();
    Thread reader =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (Arena arena = Arena.ofConfined()) {
                    MemorySegment bytes = arena.allocate(512);
                    disk.read(0, bytes);
                  }
                });
    readers.add(reader);
    try {
      reader.join(ms);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts a test", e);
    }
    readMeanwhile.set(!reader.isAlive());
  }

  private void resizeUpper(int ms) {
    drivers.during.put("resize bottom", () -> readDuringResize(ms));
    var request = new Resizes.Request(new NodeName("upper"), 1 << 21, Resizes.Shrink.REFUSED);
    assertThat(resizes.resize(request, Ask.PLAIN)).isInstanceOf(Result.Done.class);
  }

  @AfterEach
  void awaitReaders() throws InterruptedException {
    for (Thread reader : readers) {
      reader.join(10_000);
      assertThat(reader.isAlive()).isFalse();
    }
    graph.close();
  }

  @Test
  void holdsUsersOfTheNode() {
    make("upper");
    resizeUpper(LOOK_MS);
    assertThat(readMeanwhile).isFalse();
  }

  @Test
  void holdsUsersOfWhatIsBelowTheNode() {
    make("middle");
    resizeUpper(LOOK_MS);
    assertThat(readMeanwhile).isFalse();
  }

  @Test
  void holdsUsersOfTheDiskAtTheBottom() {
    make("bottom");
    resizeUpper(LOOK_MS);
    assertThat(readMeanwhile).isFalse();
  }

  @Test
  void holdsUsersOfAnotherNodeOverTheSameDisk() {
    make("other");
    resizeUpper(LOOK_MS);
    assertThat(readMeanwhile).isFalse();
  }

  @Test
  void letsUsersOfOtherDisksGoOn() {
    make("apart");
    resizeUpper(PATIENCE_MS);
    assertThat(readMeanwhile).isTrue();
  }
}
