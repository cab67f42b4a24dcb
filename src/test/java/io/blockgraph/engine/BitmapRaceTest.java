package io.blockgraph.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.blockgraph.block.ByteRange;
import io.blockgraph.block.DirtyBits;
import io.blockgraph.block.Zeroable;
import io.blockgraph.driver.DriverRegistry;
import io.blockgraph.driver.ManualTicker;
import io.blockgraph.driver.Opening;
import io.blockgraph.driver.SimulatedHostFiles;
import io.blockgraph.driver.nulldisk.NullDriver;
import io.blockgraph.engine.bitmap.BitmapEdit;
import io.blockgraph.engine.bitmap.DirtyBitmap;
import io.blockgraph.graph.BitmapName;
import io.blockgraph.graph.ChildName;
import io.blockgraph.graph.DriverName;
import io.blockgraph.graph.Grant;
import io.blockgraph.graph.GraphEdit;
import io.blockgraph.graph.NodeName;
import io.blockgraph.graph.NodeSpec;
import io.blockgraph.graph.Options;
import io.blockgraph.graph.Permission;
import io.blockgraph.graph.Permissions;
import io.blockgraph.graph.User;
import io.blockgraph.graph.UserId;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Clients write while bitmaps change: what a client was told of is in one of the bitmaps.
class BitmapRaceTest {
  private static final int PART = 512;
  private static final int PARTS = 1 << 14;
  private static final int CLIENTS = 3;
  private static final int ROUNDS = 60;

  private static final NodeName NODE = new NodeName("disk");
  private static final UserId CLIENT = new UserId("client");
  private static final UserId BACKUP = new UserId("backup");
  private static final BitmapName NOW = new BitmapName("now");
  private static final BitmapName PAST = new BitmapName("past");

  private final EventLog events = new EventLog(Clock.systemUTC(), 100);
  private final BlockGraph graph =
      new BlockGraph(
          new DriverRegistry(List.of(new NullDriver())),
          new Opening.Services(new SimulatedHostFiles(), events, new ManualTicker()),
          new MemoryGraphStore(),
          events,
          EngineLimits.DEFAULT);
  private final AtomicBoolean stop = new AtomicBoolean();
  private final AtomicLongArray told = new AtomicLongArray(PARTS);
  private final List<Thread> clients = new ArrayList<>();

  private static User user(UserId id, Permission... taken) {
    Grant grant = new Grant(Permissions.of(taken), Permissions.ALL);
    return new User(
        id,
        User.Kind.EXPORT,
        List.of(new User.UserEdge(ChildName.ROOT, NODE, grant, User.OnSwap.FOLLOW)));
  }

  private void commit(List<GraphEdit> edits, BitmapEdit... bitmaps) {
    var result = graph.commit(Change.of("test", edits).editing(List.of(bitmaps)));
    assertThat(result).isInstanceOf(Result.Done.class);
  }

  private static BitmapEdit add(BitmapName name) {
    return new BitmapEdit.Add(
        NODE, name, PART, DirtyBitmap.Recording.ENABLED, DirtyBitmap.Lasting.IN_MEMORY);
  }

  @BeforeEach
  void begin() {
    NodeSpec disk =
        new NodeSpec(
            NODE,
            new DriverName("null"),
            NodeSpec.Access.READ_WRITE,
            NodeSpec.Origin.NAMED,
            new Options(Map.of("size", (long) PART * PARTS)),
            List.of());
    commit(
        List.of(
            new GraphEdit.AddNode(disk),
            new GraphEdit.AddUser(user(CLIENT, Permission.CONSISTENT_READ, Permission.WRITE))));
    commit(
        List.of(),
        add(NOW),
        new BitmapEdit.Add(
            NODE, PAST, PART, DirtyBitmap.Recording.DISABLED, DirtyBitmap.Lasting.IN_MEMORY));
    for (int i = 0; i < CLIENTS; i++) {
      int mine = i;
      clients.add(Thread.ofPlatform().start(() -> write(mine)));
    }
  }

  /// Each client goes through parts of its own, over and over; what it was told of is noted.
  private void write(int mine) {
    GatedDisk disk = graph.disk(CLIENT, ChildName.ROOT).orElseThrow();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(PART);
      for (int i = mine; !stop.get(); i = (i + CLIENTS) % PARTS) {
        switch (i % 3) {
          case 0 -> disk.write((long) i * PART, bytes);
          case 1 -> disk.zero(new ByteRange((long) i * PART, PART), Zeroable.Mode.MAY_UNMAP);
          default -> disk.discard(new ByteRange((long) i * PART, PART));
        }
        told.incrementAndGet(i);
      }
    }
  }

  /// Until each client has written once more.
  private void awaitWrites() {
    int part = CLIENTS;
    for (long before = told.get(part); told.get(part) == before; ) {
      Thread.onSpinWait();
      part = (part + 1) % PARTS;
      before = Math.min(before, told.get(part));
      if (told.get(part) > before) {
        return;
      }
    }
  }

  private DirtyBits bits(BitmapName name) {
    return graph.inspect(view -> view.bitmaps(NODE).find(name).orElseThrow().bits());
  }

  /// What was told of before is in one of the bitmaps.
  private void assertNothingIsLost() {
    boolean[] before = new boolean[PARTS];
    for (int i = 0; i < PARTS; i++) {
      before[i] = told.get(i) > 0;
    }
    List<DirtyBits> all =
        graph.inspect(view -> view.bitmaps(NODE).all().stream().map(DirtyBitmap::bits).toList());
    for (int i = 0; i < PARTS; i++) {
      ByteRange part = new ByteRange((long) i * PART, PART);
      boolean marked = all.stream().anyMatch(bits -> bits.isDirty(part));
      assertThat(marked || !before[i]).as("part %d", i).isTrue();
    }
  }

  @AfterEach
  void end() throws InterruptedException {
    stop.set(true);
    for (Thread client : clients) {
      client.join();
    }
    graph.close();
  }

  @Test
  void whatIsMovedToAnotherBitmapIsInOneOfBoth() {
    for (int round = 0; round < ROUNDS; round++) {
      commit(
          List.of(),
          new BitmapEdit.Merge(NODE, PAST, List.of(new BitmapEdit.Source(NODE, NOW))),
          new BitmapEdit.Clear(NODE, NOW));
      assertNothingIsLost();
    }
  }

  @Test
  void whatIsWrittenWhileABitmapIsLentIsInItWhenItIsBack() {
    for (int round = 0; round < ROUNDS; round++) {
      commit(
          List.of(new GraphEdit.AddUser(user(BACKUP, Permission.CONSISTENT_READ))),
          new BitmapEdit.Lend(NODE, NOW, BACKUP));
      DirtyBits lent = bits(NOW);
      long dirty = lent.dirtyBytes();
      awaitWrites();
      assertThat(lent.dirtyBytes()).isEqualTo(dirty);
      BitmapEdit.Settled settled =
          round % 2 == 0 ? BitmapEdit.Settled.STILL_HOLDS : BitmapEdit.Settled.DONE_WITH;
      commit(
          List.of(new GraphEdit.RemoveUser(BACKUP)),
          new BitmapEdit.Merge(NODE, PAST, List.of()),
          new BitmapEdit.GiveBack(NODE, NOW, settled));
      if (settled.equals(BitmapEdit.Settled.DONE_WITH)) {
        lent.pieces(new ByteRange(0, (long) PART * PARTS), PARTS).stream()
            .filter(piece -> piece.state() == DirtyBits.State.DIRTY)
            .forEach(piece -> bits(PAST).set(piece.range()));
      }
      assertNothingIsLost();
    }
  }

  @Test
  void aChangeThatIsGivenUpLosesNothing() {
    for (int round = 0; round < ROUNDS; round++) {
      Change change =
          Change.of("test", List.of())
              .editing(List.of(new BitmapEdit.Clear(NODE, NOW)))
              .whileHeld((_, _, _) -> Optional.of(new Rejection.WriterBusy(0)));
      assertThat(graph.commit(change)).isInstanceOf(Result.Rejected.class);
      assertNothingIsLost();
    }
  }
}
