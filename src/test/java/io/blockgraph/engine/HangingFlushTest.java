package io.blockgraph.engine;

import static io.blockgraph.Latches.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.time.Clock;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Disks that a change has to flush and that do not answer.
@Timeout(60)
final class HangingFlushTest {
  private static final NodeName A = new NodeName("a");
  private static final UserId EXPORT = new UserId("export");
  private static final long DEADLINE_MS = 300;

  /// Of a graph in which nothing hangs.
  private static final long PATIENCE_MS = 30_000;

  private final TaggedDrivers drivers = new TaggedDrivers();
  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private BlockGraph graph = graph(DEADLINE_MS);

  private final CountDownLatch hangs = new CountDownLatch(1);
  private final CountDownLatch answers = new CountDownLatch(1);

  private BlockGraph graph(long deadlineMs) {
    return new BlockGraph(
        drivers.registry(),
        new Opening.Services(new SimulatedHostFiles(), events, new ManualTicker()),
        new MemoryGraphStore(),
        events,
        new EngineLimits(deadlineMs, 20_000, 20_000, 100, 200));
  }

  @AfterEach
  void everythingAnswers() {
    answers.countDown();
  }

  private static GraphEdit add(String leaf) {
    return new GraphEdit.AddNode(TaggedDrivers.leaf(leaf));
  }

  private static GraphEdit move(String from, String to) {
    return new GraphEdit.MoveParents(new NodeName(from), new NodeName(to), Set.of());
  }

  private static GraphEdit export(String node) {
    Grant grant =
        new Grant(
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE),
            Permissions.ALL.without(Permission.RESIZE));
    return new GraphEdit.AddUser(
        new User(
            EXPORT,
            User.Kind.EXPORT,
            List.of(
                new User.UserEdge(ChildName.ROOT, new NodeName(node), grant, User.OnSwap.FOLLOW))));
  }

  private Result<Committed> commit(GraphEdit... edits) {
    return graph.commit(Change.of("test", List.of(edits)));
  }

  private Result<Committed> snapshot() {
    return commit(new GraphEdit.AddNode(TaggedDrivers.over("o", "a")), move("a", "o"));
  }

  /// What is no longer held up is done, though a busy machine may take longer than the deadline for
  /// the flushes it needs.
  private static void isDoneNow(Supplier<Result<Committed>> change) {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
    Result<Committed> result = change.get();
    while (!(result instanceof Result.Done) && System.nanoTime() < end) {
      result = change.get();
    }
    assertThat(result).isInstanceOf(Result.Done.class);
  }

  private static Result<Committed> refused(String node) {
    return new Result.Rejected<>(new Rejection.FlushTimeout(new NodeName(node), DEADLINE_MS));
  }

  /// From the flush number `first` on, counted from 1, a node's flushes do not end.
  private void hang(String node, int first) {
    AtomicInteger flushes = new AtomicInteger();
    drivers.during.put(
        "flush " + node,
        () -> {
          if (flushes.incrementAndGet() >= first) {
            hangs.countDown();
            await(answers);
          }
        });
  }

  private int flushesBegun(String node) {
    synchronized (drivers.log) {
      return Collections.frequency(drivers.log, "flush " + node);
    }
  }

  @Test
  void aSnapshotOfADiskThatDoesNotAnswerIsRefusedAndOtherChangesGoOn() {
    commit(add("a"), export("a"));
    hang("a", 1);
    GraphState before = graph.state();

    assertThat(snapshot()).isEqualTo(refused("a"));

    assertThat(graph.state()).isEqualTo(before);
    assertThat(commit(add("b"))).isInstanceOf(Result.Done.class);
  }

  @Test
  void soItIsWhenTheDiskHangsWhileItsUsersAreHeldWhoThenGoOn() {
    graph = graph(PATIENCE_MS);
    commit(add("a"), export("a"));
    assertThat(snapshot()).isInstanceOf(Result.Done.class);
    int needed = flushesBegun("a");
    assertThat(needed).isGreaterThan(1);
    graph = graph(DEADLINE_MS);
    commit(add("a"), export("a"));
    hang("a", needed);

    assertThat(snapshot()).isEqualTo(refused("a"));

    assertThat(graph.disk(EXPORT, ChildName.ROOT).orElseThrow().sizeBytes()).isEqualTo(1 << 20);
    assertThat(commit(add("b"))).isInstanceOf(Result.Done.class);
  }

  @Test
  void aFlushThatHangsIsNotBegunOnceMore() {
    commit(add("a"), export("a"));
    hang("a", 1);
    snapshot();
    await(hangs);
    assertThat(snapshot()).isEqualTo(refused("a"));
    assertThat(flushesBegun("a")).isEqualTo(1);
  }

  @Test
  void noNodeGoesWhileAFlushIsUnderWayInIt() {
    commit(add("a"), export("a"));
    hang("a", 1);
    snapshot();
    assertThat(commit(new GraphEdit.RemoveUser(EXPORT))).isInstanceOf(Result.Done.class);

    assertThat(commit(new GraphEdit.RemoveNode(A))).isEqualTo(refused("a"));
    assertThat(drivers.log).doesNotContain("close a");

    answers.countDown();
    isDoneNow(() -> commit(new GraphEdit.RemoveNode(A)));
    assertThat(drivers.log).endsWith("close a");
  }

  @Test
  void noNodeIsWorkedOnWhileAFlushIsUnderWayAboveIt() {
    commit(add("a"), new GraphEdit.AddNode(TaggedDrivers.pass("p", "a")), export("p"));
    hang("p", 1);
    assertThat(commit(new GraphEdit.AddNode(TaggedDrivers.over("o", "p")), move("p", "o")))
        .isEqualTo(refused("p"));
    AtomicInteger worked = new AtomicInteger();
    Change work =
        Change.of("work", List.of())
            .passing()
            .holding(Set.of(A))
            .whileHeld(
                (_, _, _) -> {
                  worked.incrementAndGet();
                  return Optional.empty();
                });

    assertThat(graph.commit(work)).isEqualTo(refused("p"));
    assertThat(worked).hasValue(0);

    answers.countDown();
    isDoneNow(() -> graph.commit(work));
  }

  @Test
  void theSnapshotIsTakenWhenTheDiskAnswersAgain() {
    commit(add("a"), export("a"));
    hang("a", 1);
    snapshot();
    answers.countDown();
    isDoneNow(this::snapshot);
  }

  /// It would flush itself when it gets ready, and nobody could go on before it has.
  @Test
  void aDiskThatBecomesReadOnlyIsAskedBefore() {
    commit(add("a"));
    hang("a", 1);
    assertThat(commit(new GraphEdit.SetAccess(A, NodeSpec.Access.READ_ONLY)))
        .isEqualTo(refused("a"));
    assertThat(drivers.log).doesNotContain("prepare a");
    assertThat(commit(add("b"))).isInstanceOf(Result.Done.class);
  }

  @Test
  void aDiskThatIsHandedOverIsNotWaitedForForever() {
    commit(add("a"));
    hang("a", 1);
    NodeSpec inactive = TaggedDrivers.leaf("a").withActive(false);
    assertThat(commit(new GraphEdit.SetOptions(A, inactive.options()))).isEqualTo(refused("a"));
    assertThat(commit(add("b"))).isInstanceOf(Result.Done.class);
  }

  @Test
  void aFilterThatGoesIsNotWaitedForForever() {
    commit(add("a"), new GraphEdit.AddNode(TaggedDrivers.pass("p", "a")), export("p"));
    hang("p", 1);
    assertThat(commit(move("p", "a"), new GraphEdit.RemoveNode(new NodeName("p"))))
        .isEqualTo(refused("p"));
    assertThat(commit(add("b"))).isInstanceOf(Result.Done.class);
  }
}
