package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.CopyBeforeWriteRules;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.Watching;
import io.blockgraph.driver.copybeforewrite.CopyBeforeWriteDriver;
import io.blockgraph.driver.file.FileDriver;
import io.blockgraph.driver.qcow2.CreateOptions;
import io.blockgraph.driver.qcow2.Qcow2Creator;
import io.blockgraph.driver.qcow2.Qcow2Driver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A change looks at the lengths of disks while their users go on, and one of them lets a file grow
/// before he is held. What the change makes of the lengths is looked at once more then.
@Timeout(60)
class LengthWhenHeldTest {
  private static final int MIB = 1 << 20;
  private static final NodeName IMAGE = new NodeName("q");
  private static final NodeName FILE = new NodeName("f");
  private static final NodeName OTHER = new NodeName("t");
  private static final NodeName NEW = new NodeName("n");
  private static final UserId CLIENT = new UserId("client");

  private final SimulatedHostFiles files = new SimulatedHostFiles();
  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final BlockGraph graph =
      new BlockGraph(
          new DriverRegistry(
              List.of(
                  new FileDriver(),
                  new Qcow2Driver(),
                  new CopyBeforeWriteDriver(),
                  new QuorumDriver(threads, QuorumDriver.Together.values()[0]))),
          new Opening.Services(files, events, new ManualTicker()),
          new MemoryGraphStore(),
          events,
          EngineLimits.DEFAULT);
  private final CountDownLatch growing = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private static NodeSpec spec(
      NodeName name, String driver, Map<String, Object> options, ChildSpec... children) {
    return new NodeSpec(
        name,
        new DriverName(driver),
        NodeSpec.Access.READ_WRITE,
        NodeSpec.Origin.NAMED,
        new Options(options),
        List.of(children));
  }

  private static ChildSpec child(ChildName name, Roles roles, NodeName node) {
    return new ChildSpec(name, roles, node);
  }

  /// An image with a client, and a file as long as the image's.
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
    commit(
        new GraphEdit.AddNode(spec(FILE, "file", Map.of("filename", "a.img"))),
        new GraphEdit.AddNode(
            spec(IMAGE, "qcow2", Map.of(), child(ChildName.FILE, Roles.IMAGE, FILE))),
        new GraphEdit.AddUser(client));
    Content.fill(disk(), 0, MIB, 7);
    files.create("t.img").truncate(files.content("a.img").sizeBytes());
    commit(new GraphEdit.AddNode(spec(OTHER, "file", Map.of("filename", "t.img"))));
  }

  private void commit(GraphEdit... edits) {
    assertThat(graph.commit(Change.of("make", List.of(edits)))).isInstanceOf(Result.Done.class);
  }

  private BlockIo disk() {
    return graph.disk(CLIENT, ChildName.ROOT).orElseThrow();
  }

  @AfterEach
  void close() {
    goOn.countDown();
    graph.close();
    threads.shutdown();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// Puts `node` between the image and its file, while the client is about to let the file grow: it
  /// does when it is waited for.
  private Result<Committed> putInMeanwhile(NodeSpec node, ChildName below) throws Exception {
    Thread client = Thread.ofPlatform().name("client").unstarted(this::grow);
    files.beforeEachChange(
        () -> {
          if (Thread.currentThread() == client) {
            growing.countDown();
            await(goOn);
          }
        });
    client.start();
    await(growing);
    EdgeId own = EdgeId.of(new Parent.OfNode(NEW), below);
    Change change =
        Change.of(
            "put in",
            List.of(
                new GraphEdit.AddNode(node), new GraphEdit.MoveParents(FILE, NEW, Set.of(own))));
    Thread releasing = Thread.ofPlatform().start(() -> releaseWhenHeld(client));
    Result<Committed> result = graph.commit(change);
    client.join();
    releasing.join();
    return result;
  }

  private void grow() {
    Content.fill(disk(), 8L * MIB, 5 * MIB, 9);
  }

  /// Nobody comes in any more: another request waits at the gate.
  private void releaseWhenHeld(Thread client) {
    long before = files.content("a.img").sizeBytes();
    boolean held = false;
    while (client.isAlive() && !held) {
      Thread probe = Thread.ofPlatform().start(() -> Content.read(disk(), 0, 512));
      try {
        held = !probe.join(Duration.ofMillis(200));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    assertThat(files.content("a.img").sizeBytes()).isEqualTo(before);
    goOn.countDown();
  }

  private void assertRefused(Result<Committed> result) {
    assertThat(result)
        .isInstanceOfSatisfying(
            Result.Rejected.class,
            rejected ->
                assertThat(rejected.reason())
                    .isInstanceOfSatisfying(
                        Rejection.WorldBroke.class,
                        broke ->
                            assertThat(broke.cause().kind())
                                .isEqualTo(BlockException.Kind.SIZE_MISMATCH)));
    assertThat(graph.state().topology().node(NEW)).isEmpty();
    Content.requireAll(disk(), 0, MIB, 7);
    Content.requireAll(disk(), 8L * MIB, 5 * MIB, 9);
    Content.fill(disk(), 20L * MIB, 5 * MIB, 3);
    disk().flush();
  }

  private static NodeSpec keeper() {
    return spec(
        NEW,
        "copy-before-write",
        Map.of(),
        child(ChildName.FILE, Roles.FILTER, FILE),
        child(CopyBeforeWriteRules.TARGET, CopyBeforeWriteRules.TARGET_ROLES, OTHER));
  }

  @Test
  void aPointInTimeIsAsLongAsItsDiskWhenItBegins() throws Exception {
    assertRefused(putInMeanwhile(keeper(), ChildName.FILE));
  }

  @Test
  void aPointInTimeOfADiskThatKeepsItsLengthBegins() {
    EdgeId own = EdgeId.of(new Parent.OfNode(NEW), ChildName.FILE);
    commit(new GraphEdit.AddNode(keeper()), new GraphEdit.MoveParents(FILE, NEW, Set.of(own)));
    long bytes = files.content("a.img").sizeBytes();
    Snapshotted now = graph.inspect(view -> (Snapshotted) Watching.beneath(view.disk(NEW)));
    assertThat(now.past().sizeBytes()).isEqualTo(bytes);
  }

  @Test
  void childrenOfAQuorumAreEqualWhenItBegins() throws Exception {
    ChildName first = ChildName.indexed(0);
    NodeSpec quorum =
        spec(
            NEW,
            "quorum",
            Map.of("voteThreshold", 1L),
            child(first, Roles.of(Role.DATA), FILE),
            child(ChildName.indexed(1), Roles.of(Role.DATA), OTHER));
    assertRefused(putInMeanwhile(quorum, first));
  }
}
