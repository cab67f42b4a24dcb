package io.blockgraph.job.replication;

import static io.blockgraph.job.replication.ReplicationVerb.CHECKPOINT;
import static io.blockgraph.job.replication.ReplicationVerb.FAILOVER;
import static io.blockgraph.job.replication.ReplicationVerb.START;
import static io.blockgraph.job.replication.ReplicationVerb.STOP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.SimulatedHostFiles.Lack;
import io.blockgraph.driver.throttle.ThrottleDriver;
import io.blockgraph.engine.Rejection;
import io.blockgraph.engine.Result;
import io.blockgraph.graph.Busy;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Edge;
import io.blockgraph.graph.EdgeId;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Refusal;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A secondary shows the last checkpoint and its own writes, whatever the primary writes below it.
@Timeout(60)
class SecondaryTest {
  private static final NodeName C1 = ReplicationWorld.C1;
  private final ReplicationWorld world = ReplicationWorld.secondary();

  @AfterEach
  void close() {
    world.close();
    world.requireSound();
  }

  private static byte[] all(int value) {
    return Content.same(ReplicationWorld.SIZE, value);
  }

  private static byte[] with(byte[] bytes, int offset, int length, int value) {
    byte[] changed = bytes.clone();
    Arrays.fill(changed, offset, offset + length, (byte) value);
    return changed;
  }

  @Test
  void refusesRequestsUntilItHasBegun() {
    assertThatThrownBy(world::view)
        .isInstanceOf(BlockException.class)
        .hasMessageContaining("'c1'")
        .hasMessageContaining("has not begun");
    assertThat(world.report().stage()).isEqualTo(Stage.NONE);
    assertThat(world.report().verbs()).containsExactly(START);
    assertThat(world.vm().sizeBytes()).isEqualTo(ReplicationWorld.SIZE);
  }

  @Test
  void showsTheLastCheckpointWhileThePrimaryWrites() {
    world.does(START);
    Content.fill(world.primary(), 1000, 200_000, 2);
    world.primary().zero(new ByteRange(300_000, 70_000), Zeroable.Mode.MAY_UNMAP);
    world.primary().discard(new ByteRange(400_000, 70_000));
    assertThat(world.view()).isEqualTo(all(1));
    assertThat(Content.read(world.primary(), 1000, 10)).containsOnly(2);
    assertThat(world.report().saved().orElseThrow().savedBytes()).isGreaterThan(300_000);
  }

  @Test
  void keepsItsOwnWritesAboveTheCheckpoint() {
    world.does(START);
    Content.fill(world.vm(), 70_000, 100, 7);
    Content.fill(world.primary(), 0, ReplicationWorld.SIZE, 2);
    Content.fill(world.vm(), 200_000, 100, 8);
    assertThat(world.view()).isEqualTo(with(with(all(1), 70_000, 100, 7), 200_000, 100, 8));
    assertThat(world.latest()).isEqualTo(all(2));
  }

  @Test
  void aCheckpointShowsWhatThePrimaryHasWritten() {
    world.does(START);
    Content.fill(world.vm(), 0, 100_000, 7);
    Content.fill(world.primary(), 50_000, 100_000, 2);
    world.does(CHECKPOINT);
    byte[] second = with(all(1), 50_000, 100_000, 2);
    assertThat(world.view()).isEqualTo(second);
    Content.fill(world.primary(), 0, 300_000, 3);
    assertThat(world.view()).isEqualTo(second);
    assertThat(world.report().stage()).isEqualTo(Stage.RUNNING);
    assertThat(world.report().saved().orElseThrow().failedWrites()).isZero();
  }

  @Test
  void aFailoverKeepsTheViewAndShutsThePrimaryOut() {
    world.does(START);
    Content.fill(world.vm(), 10_000, 100, 7);
    Content.fill(world.primary(), 0, 100_000, 2);
    byte[] view = world.view();
    world.does(FAILOVER);
    assertThat(world.report().stage()).isEqualTo(Stage.FAILOVER);
    assertThatThrownBy(() -> Content.fill(world.primary(), 0, 1, 3))
        .isInstanceOfSatisfying(
            BlockException.class,
            e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.READ_ONLY))
        .hasMessageContaining("'c1'");
    assertThat(world.view()).isEqualTo(view);
    Content.fill(world.vm(), 0, 100, 9);
    assertThat(world.view()).isEqualTo(with(view, 0, 100, 9));
  }

  @Test
  void afterAFailoverNobodyElseMayWriteToTheSecondaryDiskEither() {
    world.does(START).does(FAILOVER);
    assertThat(world.topology().node(new NodeName("c1.top"))).isPresent();
    Result<?> writer =
        world.tryEdit(
            new GraphEdit.AddUser(
                new User(
                    new UserId("late"),
                    User.Kind.EXPORT,
                    world.topology().user(new UserId("vm")).orElseThrow().edges().stream()
                        .map(edge -> edge.withNode(new NodeName("sec")))
                        .toList())));
    assertThat(writer)
        .isInstanceOfSatisfying(
            Result.Rejected.class,
            r ->
                assertThat(((Rejection.RuleBroken) r.reason()).refusal())
                    .isInstanceOf(Refusal.PermissionConflict.class));
  }

  @Test
  void letsGoAfterAFailoverOnceNobodyWritesToTheSecondaryDisk() {
    world.does(START);
    Content.fill(world.primary(), 0, 100_000, 2);
    world.does(FAILOVER);
    ReplicationRejection busy = world.refuses(STOP);
    assertThat(busy)
        .isInstanceOfSatisfying(
            ReplicationRejection.Graph.class,
            g ->
                assertThat(((Rejection.RuleBroken) g.reason()).refusal())
                    .isInstanceOfSatisfying(
                        Refusal.PermissionConflict.class,
                        c ->
                            assertThat(Set.of(c.requiring().id(), c.unsharing().id()))
                                .contains(new EdgeId("primary:root"))));
    world.edit(new GraphEdit.RemoveUser(new UserId("primary")));
    world.does(STOP);
    assertThat(world.report().stage()).isEqualTo(Stage.DONE);
    assertThat(world.view()).isEqualTo(all(1));
    assertThat(world.topology().node(new NodeName("c1.top"))).isEmpty();
    assertThat(world.topology().users())
        .extracting(user -> user.id().value())
        .containsExactly("vm");
  }

  @Test
  void aStopShowsWhatThePrimaryHasWrittenAndLetsGo() {
    world.does(START);
    Content.fill(world.vm(), 0, 100, 7);
    Content.fill(world.primary(), 50, 100_000, 2);
    world.does(STOP);
    assertThat(world.view()).isEqualTo(with(all(1), 50, 100_000, 2));
    assertThat(world.report().stage()).isEqualTo(Stage.DONE);
    assertThat(world.topology().edge(new EdgeId("primary:root")).map(Edge::child))
        .contains(new NodeName("sec"));
    assertThat(world.topology().nodes()).noneMatch(n -> n.origin() == NodeSpec.Origin.IMPLICIT);
    world.does(START);
    assertThat(world.report().verbs()).contains(CHECKPOINT, FAILOVER, STOP);
  }

  @Test
  void refusesVerbsThatDoNotFitTheStageAndNamesThoseThatDo() {
    assertThat(world.refuses(CHECKPOINT))
        .isEqualTo(
            new ReplicationRejection.VerbNotAllowed(
                C1, Mode.SECONDARY, Stage.NONE, CHECKPOINT, Set.of(START)));
    world.does(START);
    assertThat(world.refuses(START))
        .isEqualTo(
            new ReplicationRejection.VerbNotAllowed(
                C1, Mode.SECONDARY, Stage.RUNNING, START, Set.of(CHECKPOINT, FAILOVER, STOP)));
    world.does(FAILOVER);
    assertThat(world.refuses(CHECKPOINT))
        .isEqualTo(
            new ReplicationRejection.VerbNotAllowed(
                C1, Mode.SECONDARY, Stage.FAILOVER, CHECKPOINT, Set.of(STOP)));
  }

  @Test
  void aDryRunTouchesNothing() {
    long revision = world.graph.state().revision();
    assertThat(world.plan(START)).isInstanceOf(ReplicationResult.Done.class);
    assertThat(world.graph.state().revision()).isEqualTo(revision);
    assertThat(world.report().stage()).isEqualTo(Stage.NONE);
    world.does(START);
    Content.fill(world.vm(), 0, 100, 7);
    byte[] view = world.view();
    for (ReplicationVerb verb : Set.of(CHECKPOINT, FAILOVER, STOP)) {
      assertThat(world.plan(verb)).isInstanceOf(ReplicationResult.Done.class);
    }
    assertThat(world.view()).isEqualTo(view);
    assertThat(world.report().stage()).isEqualTo(Stage.RUNNING);
  }

  @Test
  void refusesToBeginOverDisksThatHoldSomething() {
    world.user("early", "hidden");
    Content.fill(world.disk("early"), 0, 100, 5);
    world.edit(new GraphEdit.RemoveUser(new UserId("early")));
    assertThat(world.refuses(START))
        .isInstanceOfSatisfying(
            ReplicationRejection.NotEmpty.class,
            e -> {
              assertThat(e.disk()).isEqualTo(new NodeName("hidden"));
              assertThat(e.bytes()).isEqualTo(65_536);
            });
  }

  @Test
  void refusesToBeginWithoutThreeLevels() {
    world.edit(new GraphEdit.DetachChild(new NodeName("hidden"), ChildName.BACKING));
    assertThat(world.refuses(START))
        .isInstanceOfSatisfying(
            ReplicationRejection.WrongShape.class,
            w -> assertThat(w.at()).isEqualTo(new NodeName("hidden")));
  }

  @Test
  void refusesToBeginOverAFilterThatCannotBeEmptied() {
    world
        .filter(new ThrottleDriver(), "slow", Map.of("file", "active"))
        .edit(new GraphEdit.ReplaceChild(C1, ChildName.FILE, new NodeName("slow")));
    assertThat(world.refuses(START))
        .isInstanceOfSatisfying(
            ReplicationRejection.WrongShape.class,
            w -> assertThat(w.at()).isEqualTo(new NodeName("slow")));
  }

  @Test
  void refusesToBeginOverReadOnlyOrSharedDisks() {
    world.edit(new GraphEdit.SetAccess(new NodeName("hidden"), NodeSpec.Access.READ_ONLY));
    assertThat(world.refuses(START))
        .isEqualTo(
            new ReplicationRejection.Graph(
                new Rejection.NodeReadOnly(new NodeName("hidden"), "replication")));
    world.edit(new GraphEdit.SetAccess(new NodeName("hidden"), NodeSpec.Access.READ_WRITE));
    world.image("other", ReplicationWorld.SIZE).node("other", Map.of("backing", "hidden"));
    assertThat(world.refuses(START))
        .isInstanceOfSatisfying(
            ReplicationRejection.Graph.class,
            g ->
                assertThat(((Rejection.RuleBroken) g.reason()).refusal())
                    .isInstanceOf(Refusal.NodeInUse.class));
  }

  @Test
  void refusesToBeginOverDisksOfDifferentLength() {
    world.image("short", 1 << 17).node("short", Map.of());
    world.edit(
        new GraphEdit.ReplaceChild(
            new NodeName("hidden"), ChildName.BACKING, new NodeName("short")));
    assertThat(world.refuses(START))
        .isInstanceOfSatisfying(
            ReplicationRejection.Graph.class,
            g ->
                assertThat(g.reason())
                    .isEqualTo(
                        new Rejection.SizeMismatch(
                            new NodeName("active"),
                            ReplicationWorld.SIZE,
                            new NodeName("short"),
                            1 << 17)));
  }

  @Test
  void ownsItsDisksWhileItRuns() {
    world.does(START);
    for (String node : Set.of("active", "hidden", "sec", "c1", "c1.top")) {
      assertThat(Busy.objection(world.topology(), new NodeName(node)))
          .contains(
              new Refusal.NodeBusy(
                  new NodeName(node), new UserId("c1.replication"), User.Kind.REPLICATION));
    }
    Result<?> torn =
        world.tryEdit(new GraphEdit.DetachChild(new NodeName("active"), ChildName.BACKING));
    assertThat(((Rejection.RuleBroken) ((Result.Rejected<?>) torn).reason()).refusal())
        .isInstanceOf(Refusal.EdgeFrozen.class);
    world.edit(new GraphEdit.RemoveUser(new UserId("vm")));
    Result<?> removed = world.tryEdit(new GraphEdit.RemoveNode(C1));
    assertThat(((Rejection.RuleBroken) ((Result.Rejected<?>) removed).reason()).refusal())
        .isInstanceOf(Refusal.EdgeFrozen.class);
  }

  @Test
  void aWriteThatCannotBeSavedFailsAndLosesNothing() {
    world.does(START);
    Content.fill(world.primary(), 0, 100, 2);
    world.files.without(Lack.SPACE);
    assertThatThrownBy(() -> Content.fill(world.primary(), 200_000, 100, 2))
        .isInstanceOfSatisfying(
            BlockException.class, e -> assertThat(e.kind()).isEqualTo(BlockException.Kind.NO_SPACE))
        .hasMessageContaining("could not be saved in the hidden disk");
    world.files.with(Lack.SPACE);
    assertThat(world.view()).isEqualTo(all(1));
    assertThat(Content.read(world.primary(), 200_000, 100)).containsOnly(1);
    assertThat(world.report().error().orElseThrow()).contains("could not be saved");
    assertThat(world.report().saved().orElseThrow().failedWrites()).isEqualTo(1);
    assertThat(world.refuses(CHECKPOINT)).isInstanceOf(ReplicationRejection.LostWrites.class);
    Content.fill(world.primary(), 200_000, 100, 2);
    assertThat(world.ask(CHECKPOINT, Replications.LostWrites.ACCEPTED))
        .isInstanceOf(ReplicationResult.Done.class);
    assertThat(world.report().error()).isEmpty();
    assertThat(Content.read(world.vm(), 200_000, 100)).containsOnly(2);
  }

  @Test
  void disksThatCannotBeEmptiedAreShownToNobodyUntilTheyAre() {
    world.does(START);
    Content.fill(world.vm(), 0, 100, 7);
    Content.fill(world.primary(), 0, 100_000, 2);
    world.store.failNextDecision();
    assertThat(world.ask(CHECKPOINT, Replications.LostWrites.REFUSED))
        .isInstanceOf(ReplicationResult.Rejected.class);
    assertThat(world.report().stage()).isEqualTo(Stage.RUNNING);
    assertThat(Content.read(world.vm(), 0, 100)).containsOnly(7);

    int[] decisions = {0};
    world.store.beforeEachDecision(
        () -> {
          if (++decisions[0] == 2) {
            world.store.failNextDecision();
          }
        });
    assertThat(world.ask(CHECKPOINT, Replications.LostWrites.REFUSED))
        .isInstanceOf(ReplicationResult.Rejected.class);
    assertThat(world.report().stage()).isEqualTo(Stage.CHECKPOINTING);
    assertThat(world.report().verbs()).containsExactlyInAnyOrder(CHECKPOINT, STOP);
    assertThatThrownBy(world::view).isInstanceOf(BlockException.class).hasMessageContaining("c1");
    world.does(CHECKPOINT);
    assertThat(world.view()).isEqualTo(with(all(1), 0, 100_000, 2));
  }

  @Test
  void goesOnAfterTheServiceWasKilled() {
    world.does(START);
    Content.fill(world.vm(), 0, 100, 7);
    world.vm().flush();
    Content.fill(world.primary(), 50, 200_000, 2);
    world.primary().flush();
    try (ReplicationWorld again = world.afterKill()) {
      assertThat(again.report().stage()).isEqualTo(Stage.RUNNING);
      assertThat(again.report().error().orElseThrow()).contains("started anew");
      assertThat(again.view()).isEqualTo(with(all(1), 0, 100, 7));
      Content.fill(again.primary(), 0, ReplicationWorld.SIZE, 3);
      assertThat(again.view()).isEqualTo(with(all(1), 0, 100, 7));
      assertThat(again.refuses(CHECKPOINT)).isInstanceOf(ReplicationRejection.LostWrites.class);
      again.ask(CHECKPOINT, Replications.LostWrites.ACCEPTED);
      assertThat(again.view()).isEqualTo(all(3));
      Result<?> torn =
          again.tryEdit(new GraphEdit.DetachChild(new NodeName("active"), ChildName.BACKING));
      assertThat(torn).isInstanceOf(Result.Rejected.class);
    }
  }

  @Test
  void aFailoverOutlivesTheService() {
    world.does(START);
    Content.fill(world.primary(), 50, 200_000, 2);
    world.does(FAILOVER);
    try (ReplicationWorld again = world.afterKill()) {
      assertThat(again.report().stage()).isEqualTo(Stage.FAILOVER);
      assertThat(again.view()).isEqualTo(all(1));
      assertThatThrownBy(() -> Content.fill(again.primary(), 0, 1, 3))
          .isInstanceOf(BlockException.class);
    }
  }
}
