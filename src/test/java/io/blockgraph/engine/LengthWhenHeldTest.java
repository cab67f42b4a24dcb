package io.blockgraph.engine;

import static io.blockgraph.Latches.await;
import static io.blockgraph.engine.ServedImage.FILE;
import static io.blockgraph.engine.ServedImage.MIB;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.Snapshotted;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.CopyBeforeWriteRules;
import io.blockgraph.driver.Watching;
import io.blockgraph.driver.copybeforewrite.CopyBeforeWriteDriver;
import io.blockgraph.driver.quorum.QuorumDriver;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.ChildSpec;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Parent;
import io.blockgraph.graph.Role;
import io.blockgraph.graph.Roles;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A change looks at the lengths of disks while their users go on, and one of them lets a file grow
/// before he is held. What the change makes of the lengths is looked at once more then.
@Timeout(60)
class LengthWhenHeldTest {
  private static final NodeName OTHER = new NodeName("t");
  private static final NodeName NEW = new NodeName("n");

  private final ExecutorService threads = Executors.newFixedThreadPool(2);
  private final ServedImage served =
      new ServedImage(
          EngineLimits.DEFAULT,
          new CopyBeforeWriteDriver(),
          new QuorumDriver(threads, QuorumDriver.Together.values()[0]));
  private final CountDownLatch growing = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  /// A file as long as the image's.
  @BeforeEach
  void make() {
    Content.fill(served.disk(), 0, MIB, 7);
    served.files.create("t.img").truncate(served.fileBytes());
    served.make(
        new GraphEdit.AddNode(ServedImage.spec(OTHER, "file", Map.of("filename", "t.img"))));
  }

  @AfterEach
  void close() {
    goOn.countDown();
    served.close();
    threads.shutdown();
  }

  /// Puts `node` between the image and its file, while the client is about to let the file grow: it
  /// does when it is waited for.
  private Result<Committed> putInMeanwhile(NodeSpec node, ChildName below) throws Exception {
    Thread client = Thread.ofPlatform().name("client").unstarted(this::grow);
    served.files.beforeEachChange(
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
    Result<Committed> result = served.graph.commit(change);
    client.join();
    releasing.join();
    return result;
  }

  private void grow() {
    Content.fill(served.disk(), 8L * MIB, 5 * MIB, 9);
  }

  /// Nobody comes in any more: another request waits at the gate.
  private void releaseWhenHeld(Thread client) {
    long before = served.fileBytes();
    boolean held = false;
    while (client.isAlive() && !held) {
      Thread probe = Thread.ofPlatform().start(() -> Content.read(served.disk(), 0, 512));
      try {
        held = !probe.join(Duration.ofMillis(200));
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    assertThat(served.fileBytes()).isEqualTo(before);
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
    assertThat(served.graph.state().topology().node(NEW)).isEmpty();
    Content.requireAll(served.disk(), 0, MIB, 7);
    Content.requireAll(served.disk(), 8L * MIB, 5 * MIB, 9);
    Content.fill(served.disk(), 20L * MIB, 5 * MIB, 3);
    served.disk().flush();
  }

  private static NodeSpec keeper() {
    return ServedImage.spec(
        NEW,
        "copy-before-write",
        Map.of(),
        new ChildSpec(ChildName.FILE, Roles.FILTER, FILE),
        new ChildSpec(CopyBeforeWriteRules.TARGET, CopyBeforeWriteRules.TARGET_ROLES, OTHER));
  }

  @Test
  void aPointInTimeIsAsLongAsItsDiskWhenItBegins() throws Exception {
    assertRefused(putInMeanwhile(keeper(), ChildName.FILE));
  }

  @Test
  void aPointInTimeOfADiskThatKeepsItsLengthBegins() {
    EdgeId own = EdgeId.of(new Parent.OfNode(NEW), ChildName.FILE);
    served.make(new GraphEdit.AddNode(keeper()), new GraphEdit.MoveParents(FILE, NEW, Set.of(own)));
    long bytes = served.fileBytes();
    Snapshotted now = served.graph.inspect(view -> (Snapshotted) Watching.beneath(view.disk(NEW)));
    assertThat(now.past().sizeBytes()).isEqualTo(bytes);
  }

  @Test
  void childrenOfAQuorumAreEqualWhenItBegins() throws Exception {
    ChildName first = ChildName.indexed(0);
    NodeSpec quorum =
        ServedImage.spec(
            NEW,
            "quorum",
            Map.of("voteThreshold", 1L),
            new ChildSpec(first, Roles.of(Role.DATA), FILE),
            new ChildSpec(ChildName.indexed(1), Roles.of(Role.DATA), OTHER));
    assertRefused(putInMeanwhile(quorum, first));
  }
}
