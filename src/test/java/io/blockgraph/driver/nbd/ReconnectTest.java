package io.blockgraph.driver.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blockgraph.block.BlockException;
import io.blockgraph.block.BlockException.Kind;
import io.blockgraph.block.BlockIo;
import io.blockgraph.block.ByteRange;
import io.blockgraph.block.Discardable;
import io.blockgraph.driver.Bench;
import io.blockgraph.driver.Content;
import io.blockgraph.driver.nbd.HostileServer.Peer;
import io.blockgraph.driver.nbd.HostileServer.Request;
import io.blockgraph.driver.nbd.HostileServer.Session;
import io.blockgraph.nbd.Wire;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Connections are lost at the worst moment: what waits goes on or fails, and nothing is made twice
/// that somebody may have built on.
@Timeout(60)
class ReconnectTest {
  private final ExecutorService callers = Executors.newCachedThreadPool();
  private final Bench bench = new Bench();
  private HostileServer server;
  private Bench.Opened opened;

  @AfterEach
  void stop() {
    bench.close();
    server.close();
    callers.shutdown();
  }

  private BlockIo open(Session session, Map<String, ?> more) {
    server = new HostileServer(session);
    opened = bench.open(NbdDrivers.trusting(), NbdDrivers.inet(server.port(), more), Map.of());
    return opened.disk();
  }

  private static void failed(Kind kind, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(BlockException.class, e -> assertThat(e.kind()).isEqualTo(kind));
  }

  /// Answers everything well.
  private static void serve(Peer peer) throws IOException {
    while (true) {
      Request request = peer.next();
      if (request.command() == Wire.COMMAND_DISC) {
        return;
      } else if (request.command() == Wire.COMMAND_READ) {
        peer.data(request, 4);
      } else {
        peer.done(request);
      }
    }
  }

  /// The first connection ends with this many requests unanswered; later ones are good.
  private static Session loses(int requests) {
    return peer -> {
      peer.agree();
      if (peer.number == 1) {
        for (int i = 0; i < requests; i++) {
          peer.next();
        }
      } else {
        serve(peer);
      }
    };
  }

  @Test
  void aReadGoesOnOverTheNextConnection() {
    BlockIo disk = open(loses(1), Map.of("reconnectDelay", 10));
    Content.requireAll(disk, 4096, 4096, 4);
    assertThat(opened.node().facts()).containsEntry("connections", 2L);
  }

  @Test
  void withoutADelayRequestsFailWithTheConnectionAndLaterOnesUseTheNext() throws Exception {
    BlockIo disk = open(loses(1), Map.of());
    failed(Kind.IO, () -> Content.read(disk, 0, 10));
    while (!opened.node().facts().get("connections").equals(2L)) {
      Thread.sleep(10);
    }
    Content.requireAll(disk, 0, 10, 4);
  }

  /// Nobody listens any more when the connection is lost: it is dialled anew soon after.
  @Test
  void requestsFailWhenTheServerStaysAway() {
    BlockIo disk =
        open(
            peer -> {
              peer.agree();
              peer.next();
              server.close();
            },
            Map.of("reconnectDelay", 1));
    long begun = System.nanoTime();
    assertThatThrownBy(() -> Content.read(disk, 0, 10)).hasMessageContaining("not connected");
    assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(15));
    failed(Kind.IO, () -> Content.read(disk, 0, 10));
  }

  private void awaitRequests(int count) {
    while (server.requests.size() < count) {
      Thread.onSpinWait();
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(5);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aWriteThatIsSentOnceMoreIsAnsweredBeforeAnythingNewIsSent() throws Exception {
    CountDownLatch newcomer = new CountDownLatch(1);
    BlockIo disk =
        open(
            peer -> {
              peer.agree();
              Request first = peer.next();
              if (peer.number == 2) {
                newcomer.countDown();
                sleep(300);
                assertThat(peer.in.available()).isZero();
                peer.done(first);
                serve(peer);
              }
            },
            Map.of("reconnectDelay", 10));
    Future<?> old = callers.submit(() -> Content.fill(disk, 0, 512, 1));
    newcomer.await();
    Content.fill(disk, 256, 512, 2);
    old.get(10, TimeUnit.SECONDS);
    assertThat(server.requests.stream().limit(3))
        .extracting(Request::connection, Request::offset)
        .containsExactly(tuple(1, 0L), tuple(2, 0L), tuple(2, 256L));
  }

  private static org.assertj.core.groups.Tuple tuple(Object... values) {
    return org.assertj.core.groups.Tuple.tuple(values);
  }

  private static void sleep(long ms) {
    try {
      Thread.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void writesThatOverlapAreNotMadeOnceMore() {
    BlockIo disk = open(loses(3), Map.of("reconnectDelay", 10));
    Future<?> first = callers.submit(() -> Content.fill(disk, 0, 512, 1));
    awaitRequests(1);
    Future<?> second = callers.submit(() -> Content.fill(disk, 511, 512, 2));
    awaitRequests(2);
    Content.fill(disk, 4096, 512, 3);
    for (Future<?> lost : List.of(first, second)) {
      assertThatThrownBy(() -> lost.get(10, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("is not known");
    }
    assertThat(server.requests)
        .filteredOn(request -> request.connection() == 2)
        .extracting(Request::offset)
        .containsExactly(4096L);
  }

  @Test
  void aDiscardIsNotMadeOnceMore() {
    BlockIo disk = open(loses(1), Map.of("reconnectDelay", 10));
    ((Discardable) disk).discard(new ByteRange(0, 4096));
    Content.requireAll(disk, 0, 10, 4);
    assertThat(server.requests).extracting(Request::command).containsExactly(4, 0);
  }

  /// The first connection acknowledges a write and ends; later ones are good.
  private static final Session FORGETFUL =
      peer -> {
        peer.agree();
        if (peer.number == 1) {
          peer.done(peer.next());
          peer.next();
        } else {
          serve(peer);
        }
      };

  @Test
  void flushesFailAfterAConnectionWasLostWithUnflushedWrites() {
    BlockIo disk = open(FORGETFUL, Map.of("reconnectDelay", 10));
    Content.fill(disk, 0, 512, 1);
    Content.requireAll(disk, 0, 10, 4);
    failed(Kind.FLUSH_FAILED, disk::flush);
    failed(Kind.FLUSH_FAILED, disk::flush);
    assertThat(opened.node().facts()).containsEntry("flushFailed", true);
  }

  @Test
  void aFlushThatIsUnderWayFailsWithTheConnection() {
    BlockIo disk = open(FORGETFUL, Map.of("reconnectDelay", 10));
    Content.fill(disk, 0, 512, 1);
    failed(Kind.FLUSH_FAILED, disk::flush);
  }

  @Test
  void flushesGoOnWhenTheServerIsTrusted() {
    BlockIo disk = open(FORGETFUL, Map.of("reconnectDelay", 10, "unflushedWrites", "trust"));
    Content.fill(disk, 0, 512, 1);
    disk.flush();
    assertThat(server.requests).extracting(Request::command).containsExactly(1, 3, 3);
  }

  @Test
  void flushesGoOnWhenEachWriteWasDurable() {
    BlockIo disk =
        open(FORGETFUL, Map.of("reconnectDelay", 10, "unflushedWrites", "write-through"));
    Content.fill(disk, 0, 512, 1);
    disk.flush();
  }

  @Test
  void aWriteThatIsNotAnsweredInTimeEndsTheUseOfTheServer() {
    Session stuck =
        peer -> {
          peer.agree();
          peer.next();
          while (peer.in.read() >= 0) {}
        };
    BlockIo disk = open(stuck, Map.of("reconnectDelay", 60, "requestTimeout", 1));
    failed(Kind.TIMEOUT, () -> Content.fill(disk, 0, 512, 1));
    failed(Kind.TIMEOUT, () -> Content.fill(disk, 0, 512, 2));
    assertThat(opened.node().facts())
        .containsEntry("connection", "given-up")
        .containsEntry("connections", 1L);
  }

  @Test
  void anExportThatHasBecomeAnotherIsNotUsed() {
    BlockIo disk =
        open(
            peer -> {
              peer.agree();
              server.sizeBytes = 4096;
              peer.next();
            },
            Map.of("reconnectDelay", 1));
    assertThatThrownBy(() -> Content.read(disk, 0, 10))
        .hasMessageContaining("the export has become another")
        .hasMessageContaining("4096");
    assertThat(disk.sizeBytes()).isEqualTo(HostileServer.SIZE_BYTES);
  }

  @Test
  void moreRequestsThanTheLineTakesWaitTheirTurn() throws Exception {
    BlockIo disk =
        open(
            peer -> {
              peer.agree();
              List<Request> batch = new java.util.ArrayList<>();
              while (batch.size() < Limits.IN_FLIGHT) {
                batch.add(peer.next());
              }
              sleep(100);
              assertThat(peer.in.available()).isZero();
              for (Request request : batch.reversed()) {
                peer.data(request, 4);
              }
              serve(peer);
            },
            Map.of());
    List<Future<?>> reads = new java.util.ArrayList<>();
    for (int i = 0; i < 3 * Limits.IN_FLIGHT; i++) {
      long offset = i * 512L;
      reads.add(callers.submit(() -> Content.requireAll(disk, offset, 512, 4)));
    }
    for (Future<?> read : reads) {
      read.get(10, TimeUnit.SECONDS);
    }
  }
}
