package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockIo;
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
import java.lang.foreign.ValueLayout;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The commit protocol: what is undone when a step fails, and what a request sees while the graph
/// changes.
class BlockGraphTest {
  private static final UserId EXPORT = new UserId("export");
  private static final EngineLimits CALM = new EngineLimits(30_000, 60_000, 60_000, 100, 200);
  private static final EngineLimits QUICK = new EngineLimits(1_000, 60_000, 60_000, 100, 200);

  private final TaggedDrivers drivers = new TaggedDrivers();
  private final MemoryGraphStore store = new MemoryGraphStore();
  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private BlockGraph graph = graph(CALM);

  private BlockGraph graph(EngineLimits limits) {
    Opening.Ticker ticker =
        new Opening.Ticker() {
          @Override
          public long nanos() {
            return System.nanoTime();
          }

          @Override
          public void sleep(long nanos) {}
        };
    return new BlockGraph(
        drivers.registry(),
        new Opening.Services(new SimulatedHostFiles(), events, ticker),
        store,
        events,
        limits);
  }

  private static GraphEdit add(String leaf) {
    return new GraphEdit.AddNode(TaggedDrivers.leaf(leaf));
  }

  private static GraphEdit remove(String node) {
    return new GraphEdit.RemoveNode(new NodeName(node));
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

  private Rejection refused(GraphEdit... edits) {
    GraphState before = graph.state();
    Result<Committed> result = commit(edits);
    assertThat(result).isInstanceOf(Result.Rejected.class);
    assertThat(graph.state()).isEqualTo(before);
    return ((Result.Rejected<Committed>) result).reason();
  }

  @Test
  void opensChildrenBeforeParentsAndClosesParentsFirst() {
    commit(add("a"), new GraphEdit.AddNode(TaggedDrivers.pass("p", "a")));
    commit(remove("p"), remove("a"));
    assertThat(drivers.log).containsSubsequence("open a", "open p", "close p", "close a");
  }

  @Test
  void closesWhatWasOpenedWhenALaterNodeCannotBeOpened() {
    drivers.failing.add("open p");
    refused(add("a"), new GraphEdit.AddNode(TaggedDrivers.pass("p", "a")));
    assertThat(drivers.log).containsExactly("open a", "open p", "close a");
  }

  @ParameterizedTest
  @ValueSource(classes = {BlockException.class, IllegalStateException.class, AssertionError.class})
  void closesEveryNodeWhateverTheEndOfOneRunsInto(Class<? extends Throwable> trouble) {
    commit(add("a"), add("b"), new GraphEdit.AddNode(TaggedDrivers.pass("p", "a")));
    drivers.during.put("close p", () -> runInto(trouble));
    assertThatThrownBy(graph::close).isInstanceOf(trouble);
    assertThat(drivers.log).contains("close p", "close a", "close b");
  }

  private static void runInto(Class<? extends Throwable> trouble) {
    if (trouble.equals(BlockException.class)) {
      throw new BlockException(BlockException.Kind.IO, "the disk is gone");
    }
    if (trouble.equals(IllegalStateException.class)) {
      throw new IllegalStateException();
    }
    throw new AssertionError();
  }

  @Test
  void abortsWhatWasPreparedWhenSettlingFails() {
    commit(add("a"), export("a"));
    drivers.failing.add("settle a");
    assertThat(refused(new GraphEdit.RemoveUser(EXPORT))).isInstanceOf(Rejection.WorldBroke.class);
    assertThat(drivers.log).endsWith("prepare a", "settle a", "abort a");
  }

  @Test
  void changesNothingWhenTheStoreCannotRemember() {
    store.failNextDecision();
    assertThat(refused(add("a"))).isInstanceOf(Rejection.NotRemembered.class);
    assertThat(drivers.log).containsExactly("open a", "close a");
    assertThat(events.lastSequence()).isZero();
  }

  @Test
  void insistsOnTheRevisionExpected() {
    commit(add("a"));
    Change stale = Change.of("test", List.of(add("b"))).expecting(OptionalLong.of(0));
    assertThat(graph.commit(stale))
        .isEqualTo(new Result.Rejected<>(new Rejection.RevisionMismatch(0, 1)));
  }

  @Test
  void givesUpWhenARequestDoesNotEndInTimeAndLetsItGoOn() throws Exception {
    graph = graph(QUICK);
    commit(add("a"), add("b"), export("a"));
    GatedDisk disk = graph.disk(EXPORT, ChildName.ROOT).orElseThrow();
    AtomicBoolean leave = new AtomicBoolean();
    AtomicBoolean inside = new AtomicBoolean();
    Thread slow =
        Thread.ofPlatform()
            .start(
                () ->
                    disk.call(
                        _ -> {
                          inside.set(true);
                          while (!leave.get()) {
                            Thread.onSpinWait();
                          }
                          return true;
                        }));
    while (!inside.get()) {
      Thread.onSpinWait();
    }
    assertThat(refused(move("a", "b")))
        .isEqualTo(new Rejection.DrainTimeout(EXPORT, QUICK.drainDeadlineMs()));
    leave.set(true);
    slow.join();
    assertThat(commit(move("a", "b"))).isInstanceOf(Result.Done.class);
    assertThat(first(() -> disk)).isEqualTo((byte) 'b');
  }

  @Test
  void runsTheLastCheckWhileUsersAreHeldAndGivesUpWhenItObjects() {
    commit(add("a"), add("b"), export("a"));
    Rejection no = new Rejection.NodeReadOnly(new NodeName("b"), "test");
    Change change =
        Change.of("test", List.of(move("a", "b"))).whileHeld((_, _, _) -> Optional.of(no));
    assertThat(graph.commit(change)).isEqualTo(new Result.Rejected<>(no));
    assertThat(graph.state().topology().parentsOf(new NodeName("a"))).hasSize(1);
  }

  @Test
  void aGlanceWaitsForNoNodeThatHangsWhileItIsClosed() throws Exception {
    commit(add("a"), add("b"));
    CountDownLatch closing = new CountDownLatch(1);
    CountDownLatch hangs = new CountDownLatch(1);
    drivers.during.put(
        "close a",
        () -> {
          closing.countDown();
          awaited(hangs);
        });
    Thread change = Thread.ofPlatform().start(() -> commit(remove("a")));
    awaited(closing);

    Glance glance = graph.glance();

    assertThat(glance.state().topology().nodes()).hasSize(1);
    assertThat(glance.facts(new NodeName("b"))).containsEntry("closed", false);
    assertThat(glance.sizeBytes(new NodeName("b"))).hasValue(1 << 20);
    hangs.countDown();
    change.join();
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void doesNotRememberUsersThatComeAndGo() {
    commit(add("a"));
    Commands commands = new Commands(graph);
    long before = graph.state().revision();
    Grant read = new Grant(Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
    Result<Integer> users =
        commands.with(
            new NodeName("a"),
            read,
            _ -> new Result.Done<>(graph.state().topology().users().size()));
    assertThat(users).isEqualTo(new Result.Done<>(1));
    assertThat(graph.state().topology().users()).isEmpty();
    assertThat(graph.state().revision()).isEqualTo(before);
  }

  /// Readers go on while the node below them is swapped and the old one closed, again and again.
  private List<Throwable> swapUnderReaders(Supplier<BlockIo> disk, int rounds) throws Exception {
    commit(add("a"), export("a"));
    AtomicBoolean stop = new AtomicBoolean();
    AtomicReference<Throwable> trouble = new AtomicReference<>();
    List<Thread> readers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      readers.add(Thread.ofPlatform().start(() -> readUntil(stop, trouble, disk)));
    }
    for (int round = 0; round < rounds && trouble.get() == null; round++) {
      String now = round % 2 == 0 ? "a" : "b";
      String next = round % 2 == 0 ? "b" : "a";
      assertThat(commit(add(next), move(now, next), remove(now))).isInstanceOf(Result.Done.class);
    }
    stop.set(true);
    for (Thread reader : readers) {
      reader.join(10_000);
    }
    return trouble.get() == null ? List.of() : List.of(trouble.get());
  }

  private static void readUntil(
      AtomicBoolean stop, AtomicReference<Throwable> trouble, Supplier<BlockIo> disk) {
    while (!stop.get()) {
      try {
        assertThat(first(disk)).isIn((byte) 'a', (byte) 'b');
      } catch (RuntimeException | AssertionError e) {
        trouble.compareAndSet(null, e);
        return;
      }
    }
  }

  private static byte first(Supplier<? extends BlockIo> disk) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment into = arena.allocate(8);
      disk.get().read(0, into);
      return into.get(ValueLayout.JAVA_BYTE, 0);
    }
  }

  @Test
  void noRequestMeetsAClosedNodeWhileTheGraphChanges() throws Exception {
    assertThat(swapUnderReaders(() -> graph.disk(EXPORT, ChildName.ROOT).orElseThrow(), 1_000))
        .isEmpty();
  }

  /// The same without the gate: if this found nothing, the test above would prove nothing.
  @Test
  void requestsThatGoAroundTheGateDoMeetAClosedNode() throws Exception {
    Supplier<BlockIo> around =
        () ->
            graph.inspect(
                view -> view.disk(view.state().topology().edgesOf(EXPORT).getFirst().child()));
    assertThat(swapUnderReaders(around, 200_000)).hasSize(1);
  }
}
